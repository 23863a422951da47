package prompt

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Record is a prompt as the data plane needs it. It is plain data, so that the last good set can be kept on disk.
type Record struct {
	Org        id.Org          `json:"org"`
	ID         id.Prompt       `json:"id"`
	Name       string          `json:"name"`
	Kind       Kind            `json:"kind"`
	Visibility Visibility      `json:"visibility"`
	Team       id.Team         `json:"team"`
	Owner      id.Member       `json:"owner"`
	Versions   map[int]Content `json:"versions,omitempty"` // in clear: of control planes, and from before contents were encrypted
	Sealed     map[int][]byte  `json:"sealed,omitempty"`   // those of the data plane, which opens a version when it is first asked for
	Labels     map[string]int  `json:"labels,omitempty"`
}

// Book answers which text a stored prompt is, from memory. The zero Book has none.
type Book struct {
	Vault   Vault // opens what is sealed
	shelves atomic.Pointer[map[id.Org]shelf]
}

// shelf is one organization's prompts by name.
type shelf map[string]*entry

type entry struct {
	Record
	versions map[int]*compiled
}

// compiled is a version that is taken apart when it is first asked for.
type compiled struct {
	read    func() (*Content, error) // once: opens it
	once    sync.Once
	of      *Content   // ready, and once it was read
	parts   [][]piece  // of each message, without includes
	vars    []Variable // its own, and those of what it includes
	broken  error
	number  int
	shelfed shelf
}

// Load replaces what the book knows.
func (b *Book) Load(all []Record) error {
	out := map[id.Org]shelf{}
	for i := range all {
		r := &all[i]
		if r.Org.IsZero() || !nameForm.MatchString(r.Name) {
			return fmt.Errorf("prompt %s: it makes no sense", r.ID)
		}
		if out[r.Org] == nil {
			out[r.Org] = shelf{}
		}
		out[r.Org].put(r, b.Vault)
	}
	b.shelves.Store(&out)
	return nil
}

func (s shelf) put(r *Record, vault Vault) {
	e := &entry{Record: *r, versions: make(map[int]*compiled, len(r.Versions)+len(r.Sealed))}
	add := func(n int, read func() (*Content, error)) {
		e.versions[n] = &compiled{read: sync.OnceValues(read), number: n, shelfed: s}
	}
	for n, content := range r.Versions {
		add(n, func() (*Content, error) { return &content, nil })
	}
	for n, sealed := range r.Sealed {
		add(n, func() (*Content, error) {
			c, err := Open(context.Background(), vault, r.Org, r.ID, n, sealed)
			return &c, err
		})
	}
	s[r.Name] = e
}

// open reports whether a key of the chain may use a prompt.
func (r *Record) open(c org.Chain) bool {
	switch r.Visibility {
	case Everyone:
		return true
	case Team:
		return !r.Team.IsZero() && r.Team == c.Team
	}
	return !r.Owner.IsZero() && r.Owner == c.Member
}

// Ready is a prompt that was filled in.
type Ready struct {
	ID        id.Prompt
	Name      string
	Number    int
	Label     string // by which it was found, "" without
	Model     string
	MaxOutput int64
	Talk      *llm.Conversation
}

// Asked is what requests of the version are recorded under.
func (r *Ready) Asked() string { return Prefix + r.Name + "@v" + strconv.Itoa(r.Number) }

// NotFound refuses a prompt that is not there or not to be seen by the key.
func NotFound(name string) *fault.Error {
	return fault.Newf(fault.NotFound, "prompt_not_found", "There is no prompt %q that this key may use. The prompts of your organization are listed in the dashboard under Prompts.", clip(name))
}

// Fill finds a version and fills its variables in, for a key of the chain.
func (b *Book) Fill(c org.Chain, ref Ref, sent Values) (*Ready, error) {
	var e *entry
	if all := b.shelves.Load(); all != nil {
		e = (*all)[c.Org][ref.Name]
	}
	if e == nil || !e.open(c) {
		return nil, NotFound(ref.Name)
	}
	v, err := e.find(ref)
	if err != nil {
		return nil, err
	}
	return e.fill(v, ref.Label, sent)
}

// find is the version that a reference means.
func (e *entry) find(ref Ref) (*compiled, error) {
	n := ref.Number
	if n == 0 {
		if n = e.Labels[ref.Label]; n == 0 {
			return nil, fault.Newf(fault.NotFound, "prompt_not_found", "The prompt %q has no label %q. %s", e.Name, clip(ref.Label), e.labels())
		}
	}
	v := e.versions[n]
	if v == nil {
		return nil, fault.Newf(fault.NotFound, "prompt_not_found", "The prompt %q has no version %d.", e.Name, n)
	}
	return v, nil
}

func (e *entry) labels() string {
	names := sortedKeys(e.Labels)
	if len(names) == 0 {
		return "It has none; ask for a version by @v1."
	}
	return "It has: " + strings.Join(names, ", ") + "."
}

var roles = map[string]llm.Role{"system": llm.System, "user": llm.User, "assistant": llm.Assistant}

// fill makes the conversation. A value goes into a text that is finished then: nothing reads it as a template again.
func (e *entry) fill(v *compiled, label string, sent Values) (*Ready, error) {
	if err := v.ready(&e.Record); err != nil {
		return nil, err
	}
	values, err := texts(v.vars, sent)
	if err != nil {
		return nil, err
	}
	talk := &llm.Conversation{}
	for i, m := range v.of.Messages {
		if text := written(v.parts[i], values); strings.TrimSpace(text) != "" {
			talk.Add(roles[m.Role], llm.Part{Kind: llm.Text, Text: text})
		}
	}
	if len(talk.System)+len(talk.Turns) == 0 {
		return nil, fault.Newf(fault.Invalid, "invalid_variable", "With these variables the prompt %q says nothing. Send a text for at least one of them.", e.Name)
	}
	v.of.set(talk)
	return &Ready{ID: e.ID, Name: e.Name, Number: v.number, Label: label, Model: v.of.Model, MaxOutput: v.of.Settings.MaxOutput, Talk: talk}, nil
}

func written(parts []piece, values map[string]string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.text)
		if p.variable != "" {
			b.WriteString(values[p.variable])
		}
	}
	return b.String()
}

// set puts what is not text into the conversation.
func (c *Content) set(talk *llm.Conversation) {
	s := &c.Settings
	talk.Sampling.Temperature, talk.Sampling.TopP, talk.Sampling.Stop = llm.Number(s.Temperature), llm.Number(s.TopP), s.Stop
	talk.Reasoning.Effort = s.Effort
	for _, t := range c.Tools {
		talk.Tools = append(talk.Tools, llm.Tool{Name: t.Name, Description: t.About, Schema: t.Parameters})
	}
	if f := c.Schema; f != nil {
		talk.Format = llm.Format{Kind: llm.FormatSchema, Name: f.Name, Schema: f.Schema, Strict: f.Strict}
	}
}
