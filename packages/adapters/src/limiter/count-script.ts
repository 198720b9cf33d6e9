/**
 * Counts a batch on Redis, in one step for all who ask: KEYS are the counters, ARGV[1] their number n, then n quotas, n windows in
 * milliseconds and n demands, then of each request how many limits it has, and of each of those which and how many are wanted. A counter is the text "taken until",
 * until in milliseconds of the server's clock; one that ends later than a window that begins now was begun by a
 * clock that has been put right since. Answers, for each counter, what was taken before and when its window ends.
 */
export const COUNT_SCRIPT = `
local n = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('MGET', unpack(KEYS))
local taken, untils, answer, all = {}, {}, {}, true
for i = 1, n do
  taken[i] = 0
  untils[i] = now + tonumber(ARGV[1 + n + i])
  if kept[i] then
    local space = string.find(kept[i], ' ', 1, true)
    local ends = tonumber(string.sub(kept[i], space + 1))
    if ends > now and ends <= untils[i] then
      taken[i] = tonumber(string.sub(kept[i], 1, space - 1))
      untils[i] = ends
    end
  end
  answer[2 * i - 1] = taken[i]
  answer[2 * i] = untils[i] - now
  if taken[i] + tonumber(ARGV[1 + 2 * n + i]) > tonumber(ARGV[1 + i]) then all = false end
end
if all then
  for i = 1, n do taken[i] = taken[i] + tonumber(ARGV[1 + 2 * n + i]) end
else
  local at = 2 + 3 * n
  while ARGV[at] do
    local last = at + 2 * tonumber(ARGV[at])
    local free = true
    for j = at + 1, last, 2 do
      local i = tonumber(ARGV[j])
      if taken[i] >= tonumber(ARGV[1 + i]) then free = false end
    end
    if free then
      for j = at + 1, last, 2 do
        local i = tonumber(ARGV[j])
        taken[i] = math.min(taken[i] + tonumber(ARGV[j + 1]), tonumber(ARGV[1 + i]))
      end
    end
    at = last + 1
  end
end
for i = 1, n do
  if taken[i] > answer[2 * i - 1] then
    redis.call('SET', KEYS[i], taken[i] .. ' ' .. string.format('%.0f', untils[i]), 'PX', untils[i] - now)
  end
end
return answer
`;
