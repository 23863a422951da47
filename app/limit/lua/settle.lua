-- Adds what was used beyond its estimate, or before Redis was back, and gives back what was not. A slot that has fallen
-- out changes nothing, and none goes below 0.
--
-- KEYS: the limits. ARGV: four for each change: which key, width of a slot, slot (-1 = the one under way), amount.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
for i = 1, #ARGV, 4 do
  local key, width, slot, n = KEYS[tonumber(ARGV[i])], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local newest = math.floor(now / width)
  if slot < 0 or slot > newest then slot = newest end
  if slot >= newest - 16 then
    local name = string.format('%.0f', slot)
    if n < 0 then n = -math.min(-n, tonumber(redis.call('HGET', key, name) or '0')) end
    if n ~= 0 then
      redis.call('HINCRBY', key, name, string.format('%.0f', n))
      local ttl = math.ceil(17 * width / 1000) + 1000
      if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
    end
  end
end
return {}
