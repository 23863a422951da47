-- Says that a node is alive, and counts those that said so lately.
--
-- KEYS: the set of nodes. ARGV: the node, microseconds until it counts as gone (0 = it goes now).
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
if tonumber(ARGV[2]) == 0 then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
return { redis.call('ZCARD', KEYS[1]) }
