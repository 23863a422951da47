package limit

import (
	"sync"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// underWay stands for the slot that is under way when a debt is paid.
const underWay = -1

// debts are the corrections that Redis has not been told yet, added up by limit and slot: so they are as many as there
// are limits times slots at most, however long Redis is away.
type debts struct {
	mu   sync.Mutex
	open map[debtor]*debt
	wake chan struct{}
}

type debtor struct {
	key  string
	slot int64
}

type debt struct {
	org   id.Org
	width int64
	n     int64
	at    int64 // when it was last added to, by this node's clock
}

// bill is one organization's debts, as the settle script takes them.
type bill struct {
	keys  []string
	args  []any
	debts map[debtor]*debt
}

func newDebts() debts {
	return debts{open: map[debtor]*debt{}, wake: make(chan struct{}, 1)}
}

func (d *debts) add(r *rule, slot, n, now int64) {
	if n == 0 {
		return
	}
	d.mu.Lock()
	one := d.open[debtor{r.key, slot}]
	if one == nil {
		one = &debt{org: r.Org, width: r.width}
		d.open[debtor{r.key, slot}] = one
	}
	one.n += n
	one.at = max(one.at, now)
	d.mu.Unlock()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// bills takes all debts out, sorted by organization.
func (d *debts) bills(now int64) []*bill {
	d.forget(now)
	d.mu.Lock()
	open := d.open
	d.open = make(map[debtor]*debt, len(open))
	d.mu.Unlock()
	byOrg := map[id.Org]*bill{}
	var out []*bill
	for who, one := range open {
		b := byOrg[one.org]
		if b == nil {
			b = &bill{debts: map[debtor]*debt{}}
			byOrg[one.org] = b
			out = append(out, b)
		}
		b.debts[who] = one
		b.keys = append(b.keys, who.key)
		b.args = append(b.args, len(b.keys), one.width, who.slot, one.n)
	}
	return out
}

// keep puts a bill back whose payment is in doubt. Only what makes limits stricter is tried again: an addition that is
// made twice is gone after a window, while something given back twice would let too much through.
func (d *debts) keep(b *bill) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for who, one := range b.debts {
		if one.n <= 0 {
			continue
		}
		if now := d.open[who]; now != nil {
			now.n += one.n
		} else {
			d.open[who] = one
		}
	}
}

// forget drops what has fallen out of its window.
func (d *debts) forget(now int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for who, one := range d.open {
		if one.at < now-(slots+1)*one.width {
			delete(d.open, who)
		}
	}
}
