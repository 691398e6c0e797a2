-- Turn the book's classes into functions of report.typ, and carry alternative text, which pandoc's
-- Typst writer leaves out. A semicolon ends each call, so that the text after it is never read as code.
local spans = { claim = true, rowmark = true, locator = true, topic = true, tally = true, unstated = true, queried = true,
                ["cmo-title"] = true, ["if"] = true, ["then"] = true }
local divs = { statement = true, answer = true, interpretation = true, ["finding-card"] = true, citation = true, ingredients = true, what = true, how = true }
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
  end
  for _, class in ipairs(el.classes) do
    if spans[class] then return wrapped(el, "#eb-" .. class) end
  end
  if el.identifier:match("^document%-") then return { raw(label(el.identifier)) } end
  return el.content
end

function Image(el)
  return raw("#image(" .. quote(el.src) .. ", alt: " .. quote(pandoc.utils.stringify(el.caption)) .. ", width: 100%);")
end

function Figure(el)
  local out = pandoc.Blocks({ rawblock("#figure([") })
  out:extend(el.content)
  out:insert(rawblock("], kind: image, caption: ["))
  out:extend(el.caption.long)
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
