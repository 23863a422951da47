package journal

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
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

// codec walks a record's fields in one order for both directions, so writing and reading cannot drift apart.
type codec struct {
	b       []byte
	reading bool
	bad     bool
	known   vocabulary
}

// vocabulary keeps words that come again, as names of models, connections and states do in every record.
type vocabulary map[string]string

const (
	longestWord = 64  // longer ones are sentences, which hold figures
	mostWords   = 512 // then it begins anew, so that words that never come again do not fill it
)

func (v vocabulary) word(b []byte) string {
	if v == nil || len(b) > longestWord {
		return string(b)
	}
	w, ok := v[string(b)]
	if !ok {
		if len(v) >= mostWords {
			clear(v)
		}
		w = string(b)
		v[w] = w
	}
	return w
}

func (c *codec) attempt(a *ledger.Attempt) {
	c.bareAttempt(a)
	words(c, &a.Asked, &a.Endpoint, &a.Client, &a.Cache)
}

func (c *codec) bareAttempt(a *ledger.Attempt) {
	c.moneyAttempt(a)
	words(c, &a.Tags)
	number(c, &a.Held.Tokens)
	number(c, &a.Held.Requests)
	for i := range a.Stakes {
		number(c, &a.Stakes[i].Measure)
	}
}

func (c *codec) moneyAttempt(a *ledger.Attempt) {
	ident(c, &a.ID)
	ident(c, &a.Request)
	number(c, &a.Number)
	c.chain(&a.Chain)
	c.time(&a.At)
	number(c, &a.Held.Money)
	c.stakes(&a.Stakes)
	ident(c, &a.Connection)
	words(c, &a.Provider, &a.Kind, &a.Model, &a.PriceVersion)
}

func (c *codec) settlement(s *ledger.Settlement) {
	c.moneySettlement(s)
	number(c, &s.Tokens)
	number(c, &s.Requests)
	for _, n := range []*int64{&s.Usage.CacheReadImage, &s.Usage.InputVideo, &s.Usage.OutputVideo, &s.Usage.Citations} {
		number(c, n)
	}
}

func (c *codec) mediaSettlement(s *ledger.Settlement) {
	c.settlement(s)
	number(c, &s.Usage.Images)
	number(c, &s.Usage.AudioSeconds)
	number(c, &s.Usage.Characters)
}

func (c *codec) moneySettlement(s *ledger.Settlement) {
	ident(c, &s.Attempt)
	words(c, &s.State)
	c.usage(&s.Usage)
	number(c, &s.Cost)
	number(c, &s.InputCost)
	number(c, &s.Status)
	words(c, &s.Class, &s.Note)
	number(c, &s.FirstByte)
	number(c, &s.Duration)
	c.time(&s.At)
}

func (c *codec) request(r *ledger.Request) {
	ident(c, &r.ID)
	c.chain(&r.Chain)
	c.time(&r.At)
	words(c, &r.Family, &r.Endpoint)
	c.flag(&r.Stream)
	words(c, &r.Asked, &r.Model, &r.Provider, &r.Route, &r.Client, &r.Tags, &r.EndUser, &r.Session, &r.Cache)
	number(c, &r.Attempts)
	number(c, &r.Status)
	words(c, &r.Code, &r.Message)
	c.usage(&r.Usage)
	number(c, &r.Cost)
	words(c, &r.Decisions)
	number(c, &r.FirstByte)
	number(c, &r.Duration)
	number(c, &r.Overhead)
}

func (c *codec) refusal(r *ledger.Refusal) {
	ident(c, &r.Budget)
	number(c, &r.Measure)
	number(c, &r.Need)
	number(c, &r.Limit)
	number(c, &r.Spent)
	number(c, &r.Held)
}

func (c *codec) screened(r *ledger.Request) {
	c.request(r)
	c.refusal(&r.Refusal)
	ident(c, &r.Screened.Incident)
	words(c, &r.Screened.Action, &r.Screened.Found)
}

func (c *codec) recalled(r *ledger.Request) {
	c.screened(r)
	number(c, &r.Saved)
	number(c, &r.SavedTime)
}

func (c *codec) tried(r *ledger.Request) {
	c.recalled(r)
	ident(c, &r.Trial.Experiment)
	number(c, &r.Trial.Variant)
	number(c, &r.Trial.Bucket)
	c.flag(&r.Trial.Failed)
	c.flag(&r.Trial.Unanswered)
}

func (c *codec) chain(v *org.Chain) {
	ident(c, &v.Org)
	ident(c, &v.Department)
	ident(c, &v.Team)
	ident(c, &v.Member)
	ident(c, &v.Key)
}

func (c *codec) usage(u *llm.Usage) {
	for _, n := range []*int64{&u.Input, &u.CacheRead, &u.CacheWrite5m, &u.CacheWrite1h, &u.InputAudio, &u.CacheReadAudio,
		&u.InputImage, &u.Output, &u.Reasoning, &u.OutputAudio, &u.OutputImage, &u.WebSearches, &u.VideoSeconds,
		&u.ServerToolCalls} {
		number(c, n)
	}
}

func (c *codec) stakes(v *[]ledger.Stake) {
	n := len(*v)
	number(c, &n)
	if c.reading {
		// Each account takes at least 17 bytes, so a wild count cannot make us allocate more than the record is long.
		if n < 0 || n > len(c.b)/17 {
			c.bad = true
			return
		}
		if n > 0 {
			*v = make([]ledger.Stake, n)
		}
	}
	for i := range *v {
		ident(c, &(*v)[i].Budget)
		number(c, &(*v)[i].Start)
	}
}

// time keeps microseconds, as PostgreSQL does: what is read back from either is the same moment.
func (c *codec) time(v *time.Time) {
	micros := v.UnixMicro()
	number(c, &micros)
	if c.reading {
		*v = time.UnixMicro(micros).UTC()
	}
}

func (c *codec) flag(v *bool) {
	n := 0
	if *v {
		n = 1
	}
	number(c, &n)
	*v = n == 1
}

func ident[T id.Entity](c *codec, v *id.ID[T]) {
	if !c.reading {
		b := v.Bytes()
		c.b = append(c.b, b[:]...)
		return
	}
	if c.bad || len(c.b) < 16 {
		c.bad = true
		return
	}
	*v = id.FromBytes[T]([16]byte(c.b))
	c.b = c.b[16:]
}

func number[T ~int | ~int64 | ~uint8](c *codec, v *T) {
	if !c.reading {
		c.b = binary.AppendVarint(c.b, int64(*v))
		return
	}
	n, size := binary.Varint(c.b)
	if c.bad || size <= 0 || int64(T(n)) != n {
		c.bad = true
		return
	}
	*v = T(n)
	c.b = c.b[size:]
}

func words[T ~string](c *codec, first *T, rest ...*string) {
	word(c, first)
	for _, v := range rest {
		word(c, v)
	}
}

func word[T ~string](c *codec, v *T) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, uint64(len(*v)))
		c.b = append(c.b, *v...)
		return
	}
	n, size := binary.Uvarint(c.b)
	if c.bad || size <= 0 || n > uint64(len(c.b)-size) {
		c.bad = true
		return
	}
	*v = T(c.known.word(c.b[size : size+int(n)]))
	c.b = c.b[size+int(n):]
}
