package key

import (
	"maps"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Desk is the data plane's side: it says from memory who a presented key is. It never waits, neither for a lock that a
// writer holds for long nor for the database. Safe for concurrent use.
type Desk struct {
	cell  live.Cell[index]
	mac   *secret.MAC
	clock clock.Clock
	uses  newest[Use]
	// refusals are uses after a key's end.
	refusals newest[Refusal]
}

// NewDesk makes a Desk, which refuses everybody until Load has been called.
func NewDesk(c clock.Clock, mac *secret.MAC) *Desk {
	return &Desk{mac: mac, clock: c}
}

// Load swaps in a new snapshot, or keeps the one before if the records make no sense.
func (d *Desk) Load(records []Record) error {
	x, err := compile(records)
	if err != nil {
		return err
	}
	before := d.cell.Get()
	d.cell.Set(x)
	if before != nil {
		close(before.replaced)
	}
	return nil
}

// Len is how many keys the snapshot holds, for metrics.
func (d *Desk) Len() int {
	if x := d.cell.Get(); x != nil {
		return x.known
	}
	return 0
}

// Authenticate says who a presented key is. Refusals are Unauthenticated with code invalid_key, key_disabled or
// key_expired; the latter two only to somebody who showed the whole right secret.
func (d *Desk) Authenticate(presented string) (*Grant, error) {
	x := d.cell.Get()
	if x == nil {
		f := fault.New(fault.Unavailable, "starting", "The gateway is starting and does not know its keys yet. Try again in a moment.")
		f.RetryAfter = time.Second
		return nil, f
	}
	t, ok := secret.ParseToken(presented)
	if !ok || t.Prefix != secret.VirtualKey {
		return nil, malformed(presented, ok)
	}
	var pub publicID
	copy(pub[:], t.Public)
	e, known := x.find(pub)
	if t.Env == secret.Agent {
		return d.session(t, e, known)
	}
	if !d.mac.Verify(e.keyID, t.Signed(), e.mac) || !known {
		return nil, unknownKey()
	}
	return d.grant(e)
}

// grant is what an entry may do now. A right secret after its key's end is told to whoever reads Refusals.
func (d *Desk) grant(e *entry) (*Grant, error) {
	now := d.clock.Now()
	why, refusal := e.refuse(now)
	if refusal != nil {
		if why != "" {
			d.noteRefusal(e, why, now)
		}
		return nil, refusal
	}
	d.noteUse(e, now)
	return &e.grant, nil
}

// refuse says why an entry opens nothing now: with a word for the audit log where somebody ended it, with "" where its time
// was simply over.
func (e *entry) refuse(now time.Time) (why string, refusal error) {
	switch at := e.grant.ExpiresAt; {
	case e.gone:
		return "deleted", unknownKey()
	case !e.until.IsZero() && !now.Before(e.until):
		return "rotated", fault.Newf(fault.Unauthenticated, "key_expired", "This key was replaced, and its old secret stopped on %s. Use the new one, which was shown when it was made.", moment(e.until))
	case e.off:
		return "disabled", fault.New(fault.Unauthenticated, "key_disabled", "This key is disabled. Whoever manages keys in your organization can enable it or create a new one.")
	case !at.IsZero() && !now.Before(at):
		return "", fault.Newf(fault.Unauthenticated, "key_expired", "This key expired on %s. Create a new one in the dashboard.", moment(at))
	case e.suspended:
		return "", fault.New(fault.Forbidden, "organization_suspended", "Your organization is suspended by whoever runs this gateway, so its keys open no models. Its people read why in the dashboard; an organization admin can ask support to resume it.")
	}
	return "", nil
}

func moment(t time.Time) string { return t.UTC().Format("2 January 2006 15:04 UTC") }

func unknownKey() error {
	return fault.New(fault.Unauthenticated, "invalid_key", "This key is unknown here. It may have been deleted; create a new one in the dashboard.")
}

// Grant is what a key may do right now, for somebody who was shown to own it by other means than its secret: a person in
// the dashboard. It walks over all keys, so it is for single questions of people.
func (d *Desk) Grant(o id.Org, k id.Key) (*Grant, error) {
	if x := d.cell.Get(); x != nil {
		for i := range x.entries {
			e := &x.entries[i]
			if e.grant.Key == k && e.grant.Chain.Org == o && e.until.IsZero() && !e.gone {
				if _, refusal := e.refuse(d.clock.Now()); refusal != nil {
					return nil, refusal
				}
				return d.grant(e)
			}
		}
	}
	return nil, fault.New(fault.Unauthenticated, "invalid_key", "This key is not known here yet, or no longer. Try again in a second.")
}

// malformed says what is wrong with something that is no virtual key, without repeating it.
func malformed(presented string, token bool) error {
	switch {
	case presented == "":
		return fault.New(fault.Unauthenticated, "invalid_key", "There is no API key in the request. Send a Bodhi key, which begins with bdh_, as Authorization: Bearer bdh_… or where your SDK puts its key.")
	case token:
		return fault.New(fault.Unauthenticated, "invalid_key", "This is a management token, not a virtual key. Requests to models take a key that begins with bdh_.")
	case len(presented) >= 4 && presented[:4] == "bdh_":
		return fault.New(fault.Unauthenticated, "invalid_key", "This key is incomplete or mistyped: its checksum is wrong. Copy it again, whole.")
	}
	return fault.New(fault.Unauthenticated, "invalid_key", "This is not a Bodhi key. Use a virtual key, which begins with bdh_, instead of a provider's own.")
}

// noteUse remembers a use. Each key takes the lock at most once a minute.
func (d *Desk) noteUse(e *entry, now time.Time) {
	minute := now.Unix() / 60
	if e.noted.Swap(minute) != minute {
		d.uses.note(e.grant.Key, Use{e.grant.Chain.Org, e.grant.Key, now})
	}
}

// Uses takes the last uses since the previous call, for a job to store: never on the path of a request.
func (d *Desk) Uses() []Use { return slices.Collect(maps.Values(d.uses.take())) }

// WriteUses has write store the last uses. What it cannot store comes with the next call, unless the key was used again since.
func (d *Desk) WriteUses(write func([]Use) error) error { return d.uses.write(write) }
