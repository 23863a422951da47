package cache

import (
	"container/list"
	"iter"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// mostOwn is how many answers of one organization this process keeps at most, however small they are.
const mostOwn = 20_000

// memory is the answers that this process keeps, each organization's in a drawer of its own, the ones that were given last in
// front. No organization has more than half of the room, nor more than mostOwn. When all together are more than there is room for,
// the fullest drawer gives way: so whoever has no more than their even share never loses an answer to somebody else, and room that
// nobody else wants is not left empty.
//
// The fullest is looked for among all organizations with answers in this process, whenever one comes and the room is full: fine
// for thousands of them.
type memory struct {
	most int64 // bytes

	mu      sync.Mutex
	at      map[Key]*list.Element // of kept
	drawers map[id.Org]*drawer
	bytes   int64
	own     int64 // answers that went because their organization has its share
	full    int64 // answers that went because the room was full
}

// drawer is one organization's answers.
type drawer struct {
	org   id.Org
	list  list.List // of kept
	bytes int64
}

// kept is an entry with what was known of it when it came, whatever becomes of what it points to.
type kept struct {
	*Entry
	key    Key
	drawer *drawer
	weight int64
}

func newMemory(most int64) *memory {
	return &memory{most: most, at: map[Key]*list.Element{}, drawers: map[id.Org]*drawer{}}
}

// Get gives an entry, and remembers that it was wanted.
func (m *memory) Get(k Key) (*Entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.at[k]
	if x == nil {
		return nil, false
	}
	e := x.Value.(kept)
	e.drawer.list.MoveToFront(x)
	return e.Entry, true
}

// Set keeps an entry, if it is not larger than an organization's share.
func (m *memory) Set(e *Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(m.at[e.Key])
	weight := int64(len(e.Sealed)+len(e.Question)) + overhead
	if weight > m.most/2 {
		return
	}
	d := m.drawers[e.Org]
	if d == nil {
		d = &drawer{org: e.Org}
		m.drawers[e.Org] = d
	}
	m.at[e.Key] = d.list.PushFront(kept{e, e.Key, d, weight})
	d.bytes += weight
	m.bytes += weight
	for d.bytes > m.most/2 || d.list.Len() > mostOwn {
		m.remove(d.list.Back())
		m.own++
	}
	for m.bytes > m.most {
		m.remove(m.fullest().list.Back())
		m.full++
	}
}

func (m *memory) fullest() (most *drawer) {
	for _, d := range m.drawers {
		if most == nil || d.bytes > most.bytes {
			most = d
		}
	}
	return most
}

// remove takes an entry out; nil is none. The lock is held.
func (m *memory) remove(x *list.Element) {
	if x == nil {
		return
	}
	e := x.Value.(kept)
	d := e.drawer
	d.list.Remove(x)
	d.bytes -= e.weight
	m.bytes -= e.weight
	delete(m.at, e.key)
	if d.list.Len() == 0 {
		delete(m.drawers, d.org)
	}
}

// Drop forgets an entry.
func (m *memory) Drop(k Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(m.at[k])
}

// All are the entries of this moment.
func (m *memory) All() iter.Seq[*Entry] {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]*Entry, 0, len(m.at))
	for _, x := range m.at {
		all = append(all, x.Value.(kept).Entry)
	}
	return func(yield func(*Entry) bool) {
		for _, e := range all {
			if !yield(e) {
				return
			}
		}
	}
}

// count says how full it is, and how many answers had to go.
func (m *memory) count() (entries int, bytes, own, full int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.at), m.bytes, m.own, m.full
}
