package cache

import (
	"container/list"
	"sync"
	"sync/atomic"
)

// drawer is one organization's answers in memory, the ones that were given last in front.
type drawer struct {
	bytes atomic.Int64 // read without the lock, by who looks for the fullest

	mu     sync.Mutex
	at     map[Key]*list.Element // of kept
	list   list.List             // of kept
	closed bool                  // empty, and taken out of the memory
}

// kept is an entry with what was known of it when it came, whatever becomes of what it points to.
type kept struct {
	*Entry
	key    Key
	weight int64
}

func (d *drawer) get(k Key) (*Entry, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.at[k]
	if x == nil {
		return nil, false
	}
	d.list.MoveToFront(x)
	return x.Value.(kept).Entry, true
}

// set puts an entry in front and lets those go for which there is no room: change is how many bytes more there are, gone how many
// entries left. false says that the drawer is closed.
func (d *drawer) set(one kept, most int64) (change, gone int64, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, 0, false
	}
	before := d.bytes.Load()
	d.remove(d.at[one.key])
	d.at[one.key] = d.list.PushFront(one)
	d.bytes.Add(one.weight)
	for d.bytes.Load() > most || d.list.Len() > mostOwn {
		d.remove(d.list.Back())
		gone++
	}
	return d.bytes.Load() - before, gone, true
}

// drop takes an entry out, or the one that nobody wanted for longest, and gives the bytes that this freed.
func (d *drawer) drop(k *Key) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k == nil {
		return d.remove(d.list.Back())
	}
	return d.remove(d.at[*k])
}

// remove takes an entry out; nil is none. The lock is held.
func (d *drawer) remove(x *list.Element) int64 {
	if x == nil {
		return 0
	}
	one := x.Value.(kept)
	d.list.Remove(x)
	d.bytes.Add(-one.weight)
	delete(d.at, one.key)
	return one.weight
}

// close says whether the drawer is empty, and takes nothing any more if it is.
func (d *drawer) close() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = d.closed || d.list.Len() == 0
	return d.closed
}

func (d *drawer) all() []*Entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]*Entry, 0, len(d.at))
	for _, x := range d.at {
		out = append(out, x.Value.(kept).Entry)
	}
	return out
}

func (d *drawer) len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.at)
}
