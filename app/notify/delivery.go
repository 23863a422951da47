package notify

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// State is how far a delivery is.
type State string

// The states.
const (
	Waiting State = "waiting" // to be sent, or tried again
	Sent    State = "sent"    // the other side took it
	Dead    State = "dead"    // given up; somebody can have it tried again
	Moot    State = "moot"    // nobody needs it any more: the person left
)

// States are all of them.
var States = []State{Waiting, Sent, Dead, Moot}

// Delivery is one event on its way to one recipient: a person by mail, or a channel.
type Delivery struct {
	ID      id.Delivery
	Org     id.Org
	Event   id.Event
	Member  id.Member  // zero for channels
	Channel id.Channel // zero for people
	Kind    Kind       // the event's
	// Bundle is the delivery whose id the message carries: several events that wait for one person go in one letter.
	Bundle    id.Delivery
	State     State
	DueAt     time.Time
	Tries     int64
	Problem   string
	CreatedAt time.Time
	EndedAt   time.Time // when it was sent, or given up; zero = it waits
}

// Recipient names who gets it, once for each event.
func (d Delivery) Recipient() string {
	if d.Channel.IsZero() {
		return d.Member.String()
	}
	return d.Channel.String()
}

// Lead is a delivery that is due, and speaks for its bundle.
type Lead struct {
	Org      id.Org
	Delivery id.Delivery
}

// Parcel is a bundle that this process may send now.
type Parcel struct {
	Deliveries []Delivery // the lead first, then by age
	Events     []Event    // the same places
}

// DeliveryStore keeps deliveries. *db.DeliveryStore implements it.
type DeliveryStore interface {
	Event(ctx context.Context, o id.Org, e id.Event) (Event, bool, error)
	Preferences(ctx context.Context, o id.Org, of []id.Member) (map[id.Member]Preferences, error)
	// AddDeliveries writes those that are not there yet.
	AddDeliveries(ctx context.Context, o id.Org, all []Delivery) error
	// LastMail is when a person's last letter of a kind went out, or will; zero = never.
	LastMail(ctx context.Context, o id.Org, m id.Member, k Kind) (time.Time, error)
	// Due are leads that may be sent at now, of all organizations, the most overdue first.
	Due(ctx context.Context, now time.Time, limit int) ([]Lead, error)
	// Claim takes a lead for this process until then and counts a try; false if another one was faster. Whatever else is due to
	// the same person by mail joins a lead that was not tried before, but for kinds that stand alone; a lead that was keeps its parcel,
	// because its message may have arrived.
	Claim(ctx context.Context, l Lead, now, until time.Time) (Parcel, bool, error)
	// End closes a bundle.
	End(ctx context.Context, l Lead, s State, problem string, at time.Time) error
	// Again lets a bundle wait until due.
	Again(ctx context.Context, l Lead, problem string, due time.Time) error
	// Deliveries are an organization's, newest first, and whether older ones exist.
	Deliveries(ctx context.Context, o id.Org, q DeliveryQuery) ([]Listed, error)
	// Revive makes a delivery that has ended wait again, with its message's id; false if there is none such.
	Revive(ctx context.Context, o id.Org, d id.Delivery, due time.Time) (Listed, bool, error)
	// SweepEvents forgets events and their deliveries from before a moment, of all organizations.
	SweepEvents(ctx context.Context, before time.Time) error
}

// DeliveryQuery is which deliveries are wanted.
type DeliveryQuery struct {
	State   State       // "" = all
	Channel id.Channel  // zero = all
	Before  id.Delivery // only those from before this one; zero = the newest
	Limit   int
}

// Listed is a delivery with what people want to know of it.
type Listed struct {
	Delivery
	Title string // of the event
	To    string // a channel's name, or a person's address
}

// Deliveries give an organization's, newest first. Admins see what went wrong; titles are everybody's figures.
func (s *Channels) Deliveries(ctx context.Context, actor org.Actor, q DeliveryQuery) (list []Listed, more bool, err error) {
	if err := actor.Require(MayChange); err != nil {
		return nil, false, err
	}
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	limit := min(q.Limit, MaxLimit)
	q.Limit = limit + 1
	if list, err = s.Sending.Deliveries(ctx, actor.Org, q); err != nil {
		return nil, false, err
	}
	return list[:min(limit, len(list))], len(list) > limit, nil
}

// MissingDelivery is the refusal of a delivery that is not there, or still waits.
func MissingDelivery() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such delivery that could be sent again. One that waits is sent by itself.")
}
