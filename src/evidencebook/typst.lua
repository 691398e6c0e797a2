-- Turn the book's classes into functions of report.typ, and carry alternative text, which pandoc's
-- Typst writer leaves out. A semicolon ends each call, so that the text after it is never read as code.
local spans = { claim = true, rowmark = true, locator = true, topic = true, tally = true, unstated = true, queried = true, was = true, now = true, ["stale-title"] = true,
                ["cmo-title"] = true, ["if"] = true, ["then"] = true }
-- Words that the glossary explains, and cells of the map: shown as they are, with an anchor for links from elsewhere.
local anchored = { ["map-cell"] = true, ["glossary-term"] = true, ["glossary-word"] = true, abbreviation = true }
local divs = { statement = true, answer = true, ["in-short"] = true, interpretation = true, stale = true, verdict = true, ["finding-card"] = true, citation = true, ingredients = true, what = true, how = true,
               edition = true }
local lists = { cmo = "eb-parts", facts = "eb-terms", ["figures-panel"] = "eb-panel" }

local function raw(text) return pandoc.RawInline("typst", text) end
local function rawblock(text) return pandoc.RawBlock("typst", text) end
local function quote(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end
local function label(id) return id ~= "" and (" #metadata(none) <" .. id .. ">") or "" end

local function wrapped(el, open)
  local out = pandoc.Inlines({ raw(open .. "[") })
  out:extend(el.content)
  out:insert(raw("];" .. label(el.identifier)))
  return out
end

function Span(el)
  for _, class in ipairs(el.classes) do
    local stance = class:match("^stance%-(%a+)$")
    if stance then return wrapped(el, "#eb-stance(" .. quote(stance) .. ")") end
    local grade = class:match("^grade%-(%d)$")
    if grade then return wrapped(el, "#eb-grade(" .. grade .. ")") end
  end
  for _, class in ipairs(el.classes) do
    -- Of a word that is also the mark of its row, one anchor is enough.
    if anchored[class] then
      el.content:insert(raw(label(el.identifier)))
      return el.content
    end
    if spans[class] then return wrapped(el, "#eb-" .. class) end
  end
  if el.identifier:match("^document%-") then return { raw(label(el.identifier)) } end
  return el.content
end

function Image(el)
  -- A compact chart is drawn narrow for phones; over the whole width its type would be too large.
  local width = el.classes:includes("compact") and "66%" or "100%"
  return raw("#image(" .. quote(el.src) .. ", alt: " .. quote(pandoc.utils.stringify(el.caption)) .. ", width: " .. width .. ");")
end

-- A caption up to its first bracket, full stop or colon before a number names the thing; lists show no
-- more than that. Nothing is cut inside quotation marks.
local function cut_short(inlines)
  local out, rest, cutting, quoted = pandoc.Inlines({}), pandoc.Inlines({}), false, 0
  for n, inline in ipairs(inlines) do
    local text = inline.t == "Str" and inline.text or ""
    if quoted == 0 and text:match("^%(") then cutting = true end
    (cutting and rest or out):insert(inline)
    quoted = quoted + select(2, text:gsub("“", "")) - select(2, text:gsub("”", ""))
    local after = inlines[n + 2]
    local ends = text:match("%.$") or (text:match(":$") and after and after.t == "Str" and after.text:match("^%d"))
    if ends and quoted == 0 and not cutting then
      out[#out] = pandoc.Str(text:sub(1, -2))
      rest:insert(pandoc.Str(text:sub(-1)))
      cutting = true
    end
  end
  if #rest > 0 then
    out:insert(raw("#eb-caption-rest["))
    out:extend(rest)
    out:insert(raw("];"))
  end
  return out
end

local function shorten(caption)
  return pandoc.Blocks({ pandoc.Plain(cut_short(pandoc.utils.blocks_to_inlines(caption))) })
end

function Table(el)
  el.caption.long = shorten(el.caption.long)
  return el
end

function Link(el)
  if el.classes:includes("term") then
    return { raw("#eb-term["), pandoc.Link(el.content, el.target), raw("];") }
  end
end

function Figure(el)
  local out = pandoc.Blocks({ rawblock("#figure([") })
  out:extend(el.content)
  out:insert(rawblock("], kind: image, caption: ["))
  out:extend(shorten(el.caption.long))
  out:insert(rawblock("])" .. (el.identifier ~= "" and (" <" .. el.identifier .. ">") or "")))
  return out
end

local function terms(list, name)
  local out = pandoc.Blocks({ rawblock("#" .. name .. "((") })
  for _, item in ipairs(list.content) do
    out:insert(rawblock("(["))
    out:insert(pandoc.Plain(item[1]))
    out:insert(rawblock("], ["))
    for _, blocks in ipairs(item[2]) do out:extend(blocks) end
    out:insert(rawblock("]),"))
  end
  out:insert(rawblock("))"))
  return out
end

function Div(el)
  for _, class in ipairs(el.classes) do
    if lists[class] then
      local out = pandoc.Blocks({ rawblock("#eb-" .. class .. "[") })
      for _, block in ipairs(el.content) do
        if block.t == "DefinitionList" then out:extend(terms(block, lists[class])) else out:insert(block) end
      end
      out:insert(rawblock("]"))
      return out
    end
  end
  for _, class in ipairs(el.classes) do
    if divs[class] then
      local out = pandoc.Blocks({ rawblock("#eb-" .. class .. "[" .. label(el.identifier)) })
      out:extend(el.content)
      out:insert(rawblock("]"))
      return out
    end
  end
  return el.content
end
