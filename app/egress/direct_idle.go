package egress

import (
	"sync"
	"time"
)

// idle keeps connections for the next request to the same address; the one that was used last comes first.
type idle struct {
	keep    time.Duration // unused for so long, a connection is closed; from half of it on it may be
	perHost int
	head    int64 // most bytes of an answer's head, for all connections

	mu    sync.Mutex
	hosts map[string][]*conn
	turn  uint64 // of the sweep
	timer *time.Timer
}

// take is a connection to the address on which nothing has happened since its last answer, or nil.
func (i *idle) take(address string) *conn {
	for {
		i.mu.Lock()
		all := i.hosts[address]
		if len(all) == 0 {
			i.mu.Unlock()
			return nil
		}
		c := all[len(all)-1]
		all[len(all)-1] = nil
		i.hosts[address] = all[:len(all)-1]
		i.mu.Unlock()
		if c.quiet() {
			return c
		}
		c.close()
	}
}

// put keeps a connection whose last answer was read to its end.
func (i *idle) put(c *conn) {
	i.mu.Lock()
	all := i.hosts[c.address]
	full := len(all) >= i.perHost
	if !full {
		c.turn = i.turn
		i.hosts[c.address] = append(all, c)
		if i.timer == nil {
			i.timer = time.AfterFunc(i.keep/2, i.sweep)
		}
	}
	i.mu.Unlock()
	if full {
		c.close()
	}
}

// sweep closes what nobody has used since the sweep before the last one, and comes again while anything is kept.
func (i *idle) sweep() {
	var old []*conn
	i.mu.Lock()
	i.turn++
	for address, all := range i.hosts {
		n := 0
		for n < len(all) && all[n].turn+1 < i.turn {
			n++
		}
		old = append(old, all[:n]...)
		if all = append(all[:0:0], all[n:]...); len(all) > 0 {
			i.hosts[address] = all
		} else {
			delete(i.hosts, address)
		}
	}
	i.timer = nil
	if len(i.hosts) > 0 {
		i.timer = time.AfterFunc(i.keep/2, i.sweep)
	}
	i.mu.Unlock()
	for _, c := range old {
		c.close()
	}
}

func (i *idle) closeAll() {
	i.mu.Lock()
	hosts := i.hosts
	i.hosts = map[string][]*conn{}
	i.mu.Unlock()
	for _, all := range hosts {
		for _, c := range all {
			c.close()
		}
	}
}
