package journal

import (
	"errors"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Record is one fact. Exactly one field is set.
type Record struct {
	Attempt    *ledger.Attempt    // about to be sent
	Settlement *ledger.Settlement // ended
	Request    *ledger.Request    // a client's call is over
}

// The first byte of a record says what it is and how its fields are laid out. A layout never changes: more fields are
// a new number, and readers know every number that was ever written.
const (
	kindMoneyAttempt    = 1 // the first layouts, when money was all that was counted; read only
	kindMoneySettlement = 2
	kindRequest         = 3
	kindBareAttempt     = 4 // before attempts told what asked for them; read only
	kindSettlement      = 5
	kindMediaSettlement = 12 // one with counts of pictures, sound or characters; all others stay kindSettlement
	kindRefused         = 9  // a request that a budget refused; all others stay kindRequest
	kindAttempt         = 24
	kindRecalled        = 31 // a request that a cache answered
	kindScreened        = 20 // a request in which data rules found something, whatever became of it
	kindTried           = 43 // a request that counts for an experiment, whatever became of it
)

var (
	errKind     = errors.New("journal: record of an unknown kind")
	errLayout   = errors.New("journal: record does not match its layout")
	errNoRecord = errors.New("journal: empty record")
)

// encode appends r to b.
func encode(b []byte, r Record) ([]byte, error) {
	c := codec{b: b}
	switch {
	case r.Attempt != nil:
		c.b = append(c.b, kindAttempt)
		c.attempt(r.Attempt)
	case r.Settlement != nil:
		if u := &r.Settlement.Usage; u.Images != 0 || u.AudioSeconds != 0 || u.Characters != 0 {
			c.b = append(c.b, kindMediaSettlement)
			c.mediaSettlement(r.Settlement)
			break
		}
		c.b = append(c.b, kindSettlement)
		c.settlement(r.Settlement)
	case r.Request != nil && r.Request.Trial != (ledger.Trial{}):
		c.b = append(c.b, kindTried)
		c.tried(r.Request)
	case r.Request != nil && (r.Request.Saved != 0 || r.Request.SavedTime != 0):
		c.b = append(c.b, kindRecalled)
		c.recalled(r.Request)
	case r.Request != nil && r.Request.Screened != (ledger.Screened{}):
		c.b = append(c.b, kindScreened)
		c.screened(r.Request)
	case r.Request != nil:
		if r.Request.Refusal == (ledger.Refusal{}) {
			c.b = append(c.b, kindRequest)
			c.request(r.Request)
			break
		}
		c.b = append(c.b, kindRefused)
		c.request(r.Request)
		c.refusal(&r.Request.Refusal)
	default:
		return b, errNoRecord
	}
	return c.b, nil
}

// room is where records are read into that nobody keeps as they are.
type room struct {
	settlement ledger.Settlement
	request    ledger.Request
}

// decode reads one record. It survives any bytes: a checksum says that they are ours, not that they are sane. known may
// be nil. Settlements and requests are read into room.
func decode(b []byte, known vocabulary, in *room) (Record, error) {
	if len(b) == 0 {
		return Record{}, errNoRecord
	}
	c := codec{b: b[1:], reading: true, known: known}
	var r Record
	switch b[0] {
	case kindAttempt:
		r.Attempt = new(ledger.Attempt)
		c.attempt(r.Attempt)
	case kindBareAttempt:
		r.Attempt = new(ledger.Attempt)
		c.bareAttempt(r.Attempt)
	case kindMoneyAttempt:
		r.Attempt = new(ledger.Attempt)
		c.moneyAttempt(r.Attempt)
	case kindMoneySettlement:
		r.Settlement = in.emptySettlement()
		c.moneySettlement(r.Settlement)
	case kindMediaSettlement:
		r.Settlement = in.emptySettlement()
		c.mediaSettlement(r.Settlement)
	case kindSettlement:
		r.Settlement = in.emptySettlement()
		c.settlement(r.Settlement)
	case kindRequest:
		r.Request = in.emptyRequest()
		c.request(r.Request)
	case kindRefused:
		r.Request = in.emptyRequest()
		c.request(r.Request)
		c.refusal(&r.Request.Refusal)
	case kindTried:
		r.Request = in.emptyRequest()
		c.tried(r.Request)
	case kindRecalled:
		r.Request = in.emptyRequest()
		c.recalled(r.Request)
	case kindScreened:
		r.Request = new(ledger.Request)
		c.screened(r.Request)
	default:
		return Record{}, errKind
	}
	if c.bad || len(c.b) > 0 {
		return Record{}, errLayout
	}
	return r, nil
}

func (r *room) emptySettlement() *ledger.Settlement {
	r.settlement = ledger.Settlement{}
	return &r.settlement
}

func (r *room) emptyRequest() *ledger.Request {
	r.request = ledger.Request{}
	return &r.request
}
