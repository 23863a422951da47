-- Takes a request's place on all limits or on none; the same rules as counter.go and memory.go, on Redis' own clock, so
-- that nodes whose clocks differ agree. A limit is a hash: slot number -> taken, and of its burst u (ends), c (cool
-- until) and d (day).
--
-- KEYS: one for each limit.
-- ARGV: "take" or "peek", then for each limit: width of a slot, base, raised (0 = no burst), factor, need, take, length
--       of a burst, its cool-down, today. Times in microseconds.
-- Answers for each limit: used, limit in force, reset, wait (0 = fits, -1 = never), slot, u, c, d.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local taking = ARGV[1] == 'take'
local plans, fits = {}, true

for i, key in ipairs(KEYS) do
  local a = (i - 1) * 9 + 1
  local p = { width = tonumber(ARGV[a + 1]), limit = tonumber(ARGV[a + 2]), need = tonumber(ARGV[a + 5]), take = tonumber(ARGV[a + 6]),
    used = 0, u = 0, c = 0, d = 0, slots = {}, dead = {}, wait = 0, reset = 0 }
  local raised, factor, today = tonumber(ARGV[a + 3]), tonumber(ARGV[a + 4]), tonumber(ARGV[a + 9])
  p.slot = math.floor(now / p.width)
  local fields = redis.call('HGETALL', key)
  for j = 1, #fields, 2 do
    local name, value = fields[j], tonumber(fields[j + 1])
    if name == 'u' or name == 'c' or name == 'd' then
      p[name] = value
    else
      local slot = tonumber(name)
      if slot < p.slot - 16 then
        p.dead[#p.dead + 1] = name
      else
        p.used = p.used + value
        p.slots[#p.slots + 1] = { slot, value }
        if value > 0 then p.reset = math.max(p.reset, (slot + 17) * p.width - now) end
      end
    end
  end
  if raised > 0 then
    if now < p.u then
      p.limit = raised
    elseif taking and p.used + p.need > p.limit and now >= p.c and p.d ~= today then
      p.limit, p.begins = raised, true
      p.u = now + tonumber(ARGV[a + 7])
      p.c, p.d = p.u + tonumber(ARGV[a + 8]), today
    end
  end
  local most = p.limit * factor
  if p.need > most then
    p.wait = -1
  elseif p.used + p.need > most then
    table.sort(p.slots, function(x, y) return x[1] < y[1] end)
    local left = p.used
    for _, s in ipairs(p.slots) do
      left = left - s[2]
      if left + p.need <= most then
        p.wait = math.max(1, (s[1] + 17) * p.width - now)
        break
      end
    end
  end
  fits = fits and p.wait == 0
  plans[i] = p
end

local out = {}
for i, key in ipairs(KEYS) do
  local p = plans[i]
  if taking and fits then
    if #p.dead > 0 then redis.call('HDEL', key, unpack(p.dead)) end
    if p.take > 0 then
      redis.call('HINCRBY', key, string.format('%.0f', p.slot), string.format('%.0f', p.take))
      p.used = p.used + p.take
      p.reset = (p.slot + 17) * p.width - now
    end
    if p.begins then
      redis.call('HSET', key, 'u', string.format('%.0f', p.u), 'c', string.format('%.0f', p.c), 'd', p.d)
    end
    local ttl = math.ceil(17 * p.width / 1000) + 1000
    if p.d > 0 then ttl = 75 * 3600 * 1000 end -- the longest burst and cool-down, and a day
    redis.call('PEXPIRE', key, ttl)
  end
  for _, v in ipairs({ p.used, p.limit, p.reset, p.wait, p.slot, p.u, p.c, p.d }) do out[#out + 1] = v end
end
return out
