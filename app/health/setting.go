package health

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Setting is what an organization says about the breakers of one connection, or of all of its connections where Connection
// is zero. A field that it leaves empty comes from the wider one, in the end from Defaults. Its JSON form is part of the
// snapshot on disk.
type Setting struct {
	Org        id.Org        `json:"org"`
	Connection id.Connection `json:"connection"`
	Rules      Rules         `json:"rules"`
	// Check is how often the connection is looked at although nobody asks it; 0 = never. Only a connection's own setting
	// has one, because a look is a request to a provider that somebody chose to make.
	Check time.Duration `json:"check"`
	// Ask is the model that a look asks for a word, by its name at the provider; "" = the look asks for the list of models. A word
	// costs money, which is held and booked like any request's, and says more: that the model answers.
	Ask string `json:"ask,omitempty"`
}

// Book gives rules from memory. The zero Book gives everybody the defaults. Safe for concurrent use.
type Book struct{ cell live.Cell[settings] }

type settings struct {
	orgs        map[id.Org]Rules
	connections map[id.Connection]Setting // with the rules that hold
	checked     []Setting
}

// For is the rules of a connection's breakers, and of its models'.
func (b *Book) For(o id.Org, c id.Connection) Rules {
	x := b.cell.Get()
	if x == nil {
		return Defaults()
	}
	if s, ok := x.connections[c]; ok && s.Org == o {
		return s.Rules
	}
	if r, ok := x.orgs[o]; ok {
		return r
	}
	return Defaults()
}

// Checked are the settings of the connections that are looked at, of all organizations. They must not be changed.
func (b *Book) Checked() []Setting {
	if x := b.cell.Get(); x != nil {
		return x.checked
	}
	return nil
}

// Load compiles a set of settings and puts it into use.
func (b *Book) Load(all []Setting) error {
	x := &settings{orgs: map[id.Org]Rules{}, connections: map[id.Connection]Setting{}}
	for _, s := range all {
		if s.Connection.IsZero() {
			x.orgs[s.Org] = resolve(s.Rules, Rules{})
		}
	}
	for _, s := range all {
		if s.Connection.IsZero() {
			continue
		}
		s.Rules = resolve(s.Rules, x.orgs[s.Org])
		x.connections[s.Connection] = s
		if s.Check > 0 {
			x.checked = append(x.checked, s)
		}
	}
	b.cell.Set(x)
	return nil
}

// resolve is what holds where a setting and a wider one are given. The longest cool-down is never below the first.
func resolve(said, wider Rules) Rules {
	r := said.Or(wider).Or(Defaults())
	r.MaxCoolDown = max(r.MaxCoolDown, r.CoolDown)
	return r
}
