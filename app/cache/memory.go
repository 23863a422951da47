package cache

import (
	"container/list"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// mostOwn is how many answers of one organization this process keeps at most, however small they are.
const mostOwn = 20_000

// memory is the answers that this process keeps, each organization's in a drawer of its own, so that nobody waits for another's.
// No organization has more than half of the room, nor more than mostOwn. When all together are more than there is room for,
// the fullest drawer gives way: so whoever has no more than their even share never loses an answer to somebody else, and room that
// nobody else wants is not left empty.
//
// The fullest is looked for among all organizations with answers in this process, whenever one comes and the room is full: fine
// for thousands of them.
type memory struct {
	most    int64    // bytes
	drawers sync.Map // of *drawer by id.Org
	bytes   atomic.Int64
	own     atomic.Int64 // answers that went because their organization has its share
	full    atomic.Int64 // answers that went because the room was full
}

func newMemory(most int64) *memory { return &memory{most: most} }

// Get gives an organization's entry, and remembers that it was wanted.
func (m *memory) Get(o id.Org, k Key) (*Entry, bool) {
	d, ok := m.drawers.Load(o)
	if !ok {
		return nil, false
	}
	return d.(*drawer).get(k)
}

// weigh is how many bytes an entry takes.
func weigh(e *Entry) int64 { return int64(len(e.Sealed)+len(e.Question)) + overhead }

// Set keeps an entry, if it is not larger than an organization's share.
func (m *memory) Set(e *Entry) {
	one := kept{e, e.Key, weigh(e)}
	if one.weight > m.most/2 {
		m.Drop(e.Org, e.Key)
		return
	}
	for {
		d, ok := m.drawers.Load(e.Org)
		if !ok {
			d, _ = m.drawers.LoadOrStore(e.Org, &drawer{at: map[Key]*list.Element{}})
		}
		change, gone, ok := d.(*drawer).set(one, m.most/2)
		if !ok {
			continue // it was emptied and taken away meanwhile
		}
		m.bytes.Add(change)
		m.own.Add(gone)
		break
	}
	for m.bytes.Load() > m.most {
		o, d := m.fullest()
		if d == nil {
			return
		}
		freed := d.drop(nil)
		if freed > 0 {
			m.full.Add(1)
		}
		m.freed(o, d, freed)
	}
}

func (m *memory) fullest() (whose id.Org, most *drawer) {
	for o, d := range m.drawers.Range {
		if d := d.(*drawer); most == nil || d.bytes.Load() > most.bytes.Load() {
			whose, most = o.(id.Org), d
		}
	}
	return whose, most
}

// Drop forgets an entry.
func (m *memory) Drop(o id.Org, k Key) {
	if d, ok := m.drawers.Load(o); ok {
		m.freed(o, d.(*drawer), d.(*drawer).drop(&k))
	}
}

func (m *memory) freed(o id.Org, d *drawer, bytes int64) {
	m.bytes.Add(-bytes)
	if d.close() {
		m.drawers.CompareAndDelete(o, d)
	}
}

// All are the entries of this moment.
func (m *memory) All() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for _, d := range m.drawers.Range {
			for _, e := range d.(*drawer).all() {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// count says how full it is, and how many answers had to go.
func (m *memory) count() (entries int, bytes, own, full int64) {
	for _, d := range m.drawers.Range {
		entries += d.(*drawer).len()
	}
	return entries, m.bytes.Load(), m.own.Load(), m.full.Load()
}
