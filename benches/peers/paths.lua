-- A stream of paths for wrk, read from a file: one a line, asked for in turn. `{n}` in a path becomes a number never used before.
--   wrk -s paths.lua URL -- FILE [ACCEPT-ENCODING]

local threads = 0

function setup(thread)
  thread:set("thread_number", threads)
  threads = threads + 1
end

function init(args)
  wrk.headers["Accept-Encoding"] = args[2] or "gzip"
  lines, requests, varies = {}, {}, false
  for line in io.lines(args[1]) do
    lines[#lines + 1] = line
    requests[#requests + 1] = wrk.format("GET", line)
    varies = varies or line:find("{n}", 1, true) ~= nil
  end
  -- Each thread begins at another place, so that they do not ask for the same tile at the same time.
  turn = thread_number * 1013 % #lines
  number = thread_number * 100000000 + os.time() % 100000 * 1000
end

function request()
  turn = turn % #requests + 1
  if not varies then return requests[turn] end
  number = number + 1
  return wrk.format("GET", (lines[turn]:gsub("{n}", tostring(number))))
end

-- One line for the harness: answers, microseconds, bytes with heads, milliseconds at the median and the 99th percentile, failures.
function done(summary, latency, _)
  local errors = summary.errors
  print(string.format("RESULT %d %d %d %.3f %.3f %d", summary.requests, summary.duration, summary.bytes,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
