package openai

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Limits are what a server that speaks this dialect refuses of a chat request that OpenAI takes. Unlike Quirks they cost a
// second walk over the body, so only servers that have some pay for it.
type Limits struct {
	// Drop are parameters that it refuses or does not know; they are left out, and the client is warned.
	Drop []string
	// Rename are parameters that it knows by another name.
	Rename map[string]string
	// Refuse are fields that it cannot serve and that cannot be left out: the answer would be another one. They are refused of
	// every operation, everything else is about chat.
	Refuse []string
	// SystemOnly says that it knows no role "developer": such messages become the system's.
	SystemOnly bool
	// NoNames says that it refuses names of messages.
	NoNames bool
	// BriefIDs says that it takes ids of calls of nine letters and digits only: a call that another provider made gets another.
	BriefIDs bool
	// OneChoice says that n must be 1.
	OneChoice bool
	// Choices are the words that it takes as tool_choice, and "named" where it takes a function's name; nil is any.
	Choices []string
	// Formats are the types of response_format that it takes beside text; nil is any.
	Formats []string
}

// named stands in Limits.Choices for a tool choice that names a function.
const named = "named"

// For is what of the limits is about an operation; nil is nothing.
func (l *Limits) For(op llm.Operation) *Limits {
	switch {
	case l == nil || op == llm.Chat:
		return l
	case len(l.Refuse) > 0:
		return &Limits{Refuse: l.Refuse}
	}
	return nil
}

// Fit gives a chat request's bytes as the server takes them, and notes what was left out. who is the server's name, for a
// refusal, which is a *fault.Error that names the field: another provider may serve the request. Everything else keeps its
// bytes and its place. body is valid JSON: it was scanned before (decision D7).
func (l *Limits) Fit(body []byte, who string, notes *llm.Notes) ([]byte, error) {
	if notes == nil { // a refusal must be found even where nobody wants the warnings
		notes = &llm.Notes{}
	}
	f := fitting{Limits: l, c: scan.New(body), who: who, notes: notes}
	f.c.Object()
	open := f.c.At()
	for key, ok := f.c.Key(); ok; key, ok = f.c.Key() {
		gone := f.member(string(f.c.Value(key, nil)), key)
		f.members = append(f.members, span{key.From, f.c.At(), gone})
	}
	if err := notes.Err(); err != nil {
		return nil, err
	}
	f.remove(open, f.members)
	return llm.Splice(body, f.cuts), nil
}

// span is a member of an object, from its name to the end of its value.
type span struct {
	from, to int
	gone     bool
}

type fitting struct {
	*Limits
	c       scan.Cursor
	who     string
	notes   *llm.Notes
	members []span
	cuts    []llm.Cut
}

// member reads one top-level member and reports whether it goes.
func (f *fitting) member(name string, key scan.Text) bool {
	absent := f.c.Kind() == scan.Null
	switch {
	case slices.Contains(f.Drop, name):
		if !absent {
			f.notes.Drop(name)
		}
		f.c.Skip()
		return true
	case slices.Contains(f.Refuse, name) && !absent && !f.empty():
		f.refuse(name, "cannot be served by "+f.who)
	case f.Rename[name] != "":
		f.cuts = append(f.cuts, llm.Cut{From: key.From, To: key.To, With: llm.Quote(f.Rename[name])})
	case name == "messages" && f.c.Kind() == scan.Array && (f.SystemOnly || f.NoNames || f.BriefIDs):
		f.messages()
		return false
	case name == "n" && f.OneChoice && f.c.Kind() == scan.Number:
		if n, ok := f.c.Int(); !ok || n != 1 {
			f.refuse(name, "must be 1 at "+f.who)
		}
		return false
	case name == "tool_choice" && f.Choices != nil && !absent:
		f.choice(name)
		return false
	case name == "response_format" && f.Formats != nil && f.c.Kind() == scan.Object:
		f.format(name)
		return false
	}
	f.c.Skip()
	return false
}

func (f *fitting) refuse(field, why string) {
	f.notes.Refuse(field, why+". Leave it out, or ask for a model of a provider that takes it")
}

// empty reports an empty list of tools: clients send it where they have none.
func (f *fitting) empty() bool {
	look := f.c
	return look.Kind() == scan.Array && look.Array() && !look.More()
}

// messages turns developers into the system, leaves out names, and makes calls' ids brief.
func (f *fitting) messages() {
	f.c.Array()
	for f.c.More() {
		if f.c.Kind() != scan.Object {
			f.c.Skip()
			continue
		}
		f.c.Object()
		open, list := f.c.At(), []span(nil)
		for key, ok := f.c.Key(); ok; key, ok = f.c.Key() {
			name := string(f.c.Value(key, nil))
			switch {
			case name == "role" && f.SystemOnly && f.c.Kind() == scan.String:
				if role, _ := f.c.String(); string(f.c.Value(role, nil)) == "developer" {
					f.cuts = append(f.cuts, llm.Cut{From: role.From, To: role.To, With: `"system"`})
				}
			case name == "tool_call_id" && f.BriefIDs:
				f.callID()
			case name == "tool_calls" && f.BriefIDs && f.c.Kind() == scan.Array:
				f.calls()
			default:
				f.c.Skip()
			}
			gone := name == "name" && f.NoNames
			if gone {
				f.notes.Drop("messages.name")
			}
			list = append(list, span{key.From, f.c.At(), gone})
		}
		f.remove(open, list)
	}
}

func (f *fitting) choice(field string) {
	word := named
	if f.c.Kind() == scan.String {
		t, _ := f.c.String()
		word = string(f.c.Value(t, nil))
	} else {
		f.c.Skip()
	}
	if !slices.Contains(f.Choices, word) {
		f.refuse(field, "may only be "+alternatives(f.Choices)+" at "+f.who)
	}
}

func (f *fitting) format(field string) {
	kind := ""
	f.c.Object()
	for key, ok := f.c.Key(); ok; key, ok = f.c.Key() {
		if string(f.c.Value(key, nil)) == "type" && f.c.Kind() == scan.String {
			t, _ := f.c.String()
			kind = string(f.c.Value(t, nil))
		} else {
			f.c.Skip()
		}
	}
	if kind != "" && kind != "text" && !slices.Contains(f.Formats, kind) {
		f.refuse(field, "may only be of the type "+alternatives(f.Formats)+" at "+f.who)
	}
}

// alternatives lists words: "auto, none or required".
func alternatives(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// remove cuts the members that go out of an object whose first byte inside is at open, with the commas that parted them.
func (f *fitting) remove(open int, list []span) {
	end := len(list) // of what stays
	for end > 0 && list[end-1].gone {
		end--
	}
	for i := range end {
		if list[i].gone {
			f.cuts = append(f.cuts, llm.Cut{From: list[i].from, To: list[i+1].from})
		}
	}
	if end < len(list) {
		if end > 0 {
			open = list[end-1].to
		}
		f.cuts = append(f.cuts, llm.Cut{From: open, To: list[len(list)-1].to})
	}
}
