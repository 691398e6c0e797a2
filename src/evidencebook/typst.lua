-- Turn the book's classes into functions of report.typ, and carry alternative text, which pandoc's
-- Typst writer leaves out. A semicolon ends each call, so that the text after it is never read as code.
local spans = { claim = true, rowmark = true, locator = true, topic = true, tally = true, unstated = true, queried = true, was = true, now = true, ["stale-title"] = true,
                ["cmo-title"] = true, ["if"] = true, ["then"] = true }
-- Words that the glossary explains, and cells of the map: shown as they are, with an anchor for links from elsewhere.
local anchored = { ["map-cell"] = true, ["glossary-term"] = true, ["glossary-word"] = true, abbreviation = true }
local divs = { statement = true, answer = true, ["in-short"] = true, interpretation = true, stale = true, verdict = true, ["finding-card"] = true, citation = true, ingredients = true, ["read-on"] = true, what = true, how = true,
               edition = true }
-- A table of this many columns or more is turned when its rows stand so many lines high on an upright page and
-- it fills half a turned one. Measured in characters, at the size of type in tables.
local TURNED = { columns = 5, lines = 3, half = 19 }
local UPRIGHT_WIDTH, TURNED_WIDTH, CELL_GAP, CHARACTER, BETWEEN_ROWS = 476, 722, 8, 3.9, 0.7
-- Lines of a table that stays on one page, and of a row that is not cut.
local SHORT_TABLE, WHOLE_ROW = 16, 24
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

-- Lines that the body of a table takes on a page of that width, its rows, and the lines of the highest.
local function height(el, width)
  local lines, rows, highest = 0, 0, 0
  for _, body in ipairs(el.bodies) do
    for _, row in ipairs(body.body) do
      local most = 1
      for n, cell in ipairs(row.cells) do
        local share = el.colspecs[n] and el.colspecs[n][2] or 1 / #el.colspecs
        local held = math.max(1, (width * share - CELL_GAP) / CHARACTER)
        most = math.max(most, math.ceil(utf8.len(pandoc.utils.stringify(cell.contents)) / held))
      end
      lines, rows, highest = lines + most, rows + 1, math.max(highest, most)
    end
  end
  return lines, rows, highest
end

local function is_wide(el)
  if el.t ~= "Table" or #el.colspecs < TURNED.columns then return false end
  local lines, rows = height(el, UPRIGHT_WIDTH)
  if rows == 0 or lines / rows < TURNED.lines then return false end
  return height(el, TURNED_WIDTH) + rows * BETWEEN_ROWS >= TURNED.half
end

-- How a table may break over pages.
local function kept_together(el)
  local lines, rows, highest = height(el, UPRIGHT_WIDTH)
  if lines + rows * BETWEEN_ROWS <= SHORT_TABLE then return "#eb-short-table[" end
  return highest <= WHOLE_ROW and "#eb-whole-rows[" or nil
end

local function starts_with(block, call)
  local first = block and block.t == "Plain" and block.content[1]
  return first and first.t == "RawInline" and first.text == call or false
end

local function is_topic_line(block) return starts_with(block, "#eb-topic-line[") end

-- What stands between a heading and a wide table goes with it, when it is little: a heading alone is no page.
local function start_of(blocks, at)
  local little = { Para = true, Plain = true, RawBlock = true }
  local named = at - 1
  while named > 0 and is_topic_line(blocks[named]) do named = named - 1 end
  for back = at - 1, math.max(1, at - 5), -1 do
    local block = blocks[back]
    if block.t == "Header" then return block.level > 2 and back or at end
    if not little[block.t] or #pandoc.utils.stringify(block) > 400 then break end
  end
  return named + 1
end

-- Wide tables go on turned pages; those that follow each other share them.
function Pandoc(doc)
  local opens, closes = {}, {}
  for n, block in ipairs(doc.blocks) do
    if is_wide(block) then
      local first, last = start_of(doc.blocks, n), starts_with(doc.blocks[n + 1], "#eb-table-source[") and n + 1 or n
      if closes[first - 1] then closes[first - 1] = nil else opens[first] = true end
      closes[last] = true
    end
  end
  local out = pandoc.Blocks({})
  for n, block in ipairs(doc.blocks) do
    if opens[n] then out:insert(rawblock("#set page(flipped: true)")) end
    local kept = block.t == "Table" and kept_together(block)
    if kept then out:insert(rawblock(kept)) end
    out:insert(block)
    if kept then out:insert(rawblock("]")) end
    if closes[n] then out:insert(rawblock("#set page(flipped: false)")) end
  end
  doc.blocks = out
  return doc
end

-- A line in bold stands above what it names, and goes with it to the next page.
function Para(el)
  local first, last = el.content[1], el.content[#el.content]
  if first and first.t == "RawInline" and first.text == "#eb-topic[" and last.t == "RawInline" and last.text:match("^%];") then
    first.text = "#eb-topic-line["
    return pandoc.Plain(el.content)
  end
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
    local length = 0
    for _, blocks in ipairs(item[2]) do
      out:extend(blocks)
      length = length + utf8.len(pandoc.utils.stringify(blocks))
    end
    out:insert(rawblock("], " .. length .. "),"))
  end
  out:insert(rawblock("))"))
  return out
end

-- A numbered box: its first paragraph is the title, which stands on one line in the list of boxes, before its page.
local function numbered_box(el)
  local title = pandoc.Inlines({ raw('#figure(kind: "box", caption: [') })
  title:extend(table.remove(el.content, 1).content)
  title:insert(raw("], ["))
  local out = pandoc.Blocks({ pandoc.Plain(title) })
  out:extend(el.content)
  out:insert(rawblock("])" .. (el.identifier ~= "" and (" <" .. el.identifier .. ">") or "")))
  return out
end

local function source_line(el)
  local out = pandoc.Inlines({ raw("#eb-table-source[") })
  out:extend(pandoc.utils.blocks_to_inlines(el.content))
  out:insert(raw("];"))
  return pandoc.Plain(out)
end

local special = { box = numbered_box, ["table-source"] = source_line, ["part-contents"] = function() return rawblock("#eb-part-contents()") end }

function Div(el)
  for _, class in ipairs(el.classes) do
    if special[class] then return special[class](el) end
  end
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
