package playgroundweb

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/playground"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/playground"
)

// ask is the form without scripts: it changes the form itself, or asks all models and shows the answers when the last has come.
// They are kept nowhere, so there is no page to go to.
func (h *Handlers) ask(c *web.Context) error {
	s, err := read(c)
	if err != nil {
		return err
	}
	if act := s.Get("act"); act != "" {
		return h.filled(c, s, h.acted(c, s, act), nil)
	}
	columns, rows := s.columns()
	q, err := h.ready(c, s, columns)
	if err != nil {
		return h.filled(c, s, moved(err, rows), nil)
	}
	answers := map[int]playground.Answer{}
	for i, a := range h.ground.Answers(c.Ctx(), q) {
		answers[rows[i]] = a
	}
	return h.filled(c, s, nil, answers)
}

// acted does what the form's own buttons do. That another team pays needs no doing: the form comes back with it.
func (h *Handlers) acted(c *web.Context, s *sheet, act string) error {
	if team, opens := strings.CutPrefix(act, "open."); opens {
		s.Set("team", team)
		return h.ground.Open(c.Ctx(), c.Actor(), s.team())
	}
	s.change(act)
	return nil
}

func (h *Handlers) ready(c *web.Context, s *sheet, columns []playground.Column) (*playground.Question, error) {
	q, err := h.ground.Ready(c.Ctx(), c.Actor(), playground.Input{Team: s.team(), Talk: s.talk(), Columns: columns})
	if s.large != nil {
		if _, mendable := web.Refused(err); err == nil || mendable {
			err = joined(s.large, err)
		}
	}
	return q, err
}

// change is what those buttons do to the form.
func (s *sheet) change(act string) {
	what, which, _ := strings.Cut(act, ".")
	n, _ := strconv.Atoi(which)
	switch what {
	case "message":
		s.Add("role", "user")
		s.Add("text", "")
	case "column":
		if len(s.Values["model"]) < playground.MostColumns {
			s.Add("model", "")
			s.Add("temperature", s.at("temperature", 0))
			s.Add("max_tokens", s.at("max_tokens", 0))
		}
	case "drop":
		for _, name := range [...]string{"model", "temperature", "max_tokens", "answer"} {
			if all := s.Values[name]; n >= 0 && n < len(all) && len(s.Values["model"]) > 0 {
				s.Values[name] = slices.Delete(all, n, n+1)
			}
		}
	case "variables":
		s.Set("template", "1")
	case "continue":
		s.Values["role"] = append(s.Values["role"], "assistant", "user")
		said := []prompt.Message{{Text: s.at("answer", n)}}
		if s.Get("template") != "" {
			said = prompt.Literal(said)
		}
		s.Values["text"] = append(s.Values["text"], said[0].Text, "")
	}
}

// stream is one column of the form with scripts, as server-sent events: "begun", "thought" and "text" with a JSON text each, and
// "end" with the part of the page that says what it came to. When the browser goes away, the request ends with it.
func (h *Handlers) stream(c *web.Context) error {
	s, err := read(c)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(s.Get("column"))
	q, err := h.ready(c, s, []playground.Column{s.column(max(n, 0))})
	if wrong, ok := web.Refused(err); ok {
		return c.JSON(http.StatusUnprocessableEntity, map[string]any{"form": wrong.Form, "fields": moveFields(wrong.Fields, []int{n}), "says": sentences(wrong)})
	}
	if err != nil {
		return err
	}
	e := begin(c)
	a := h.ground.Answer(c.Ctx(), q, 0, func(v playground.Event) error {
		return e.tell(string(v.Kind), v.Text)
	})
	if c.Ctx().Err() != nil {
		return nil // nobody is there to be told; the books are right
	}
	part, err := rendered(c, views.Outcome(present(a)))
	if err != nil {
		return fmt.Errorf("playground: %w", err)
	}
	_ = e.tell("end", part) // who is gone misses it
	return nil
}

// sentences are all that is wrong, each once.
func sentences(wrong web.Refusal) (out []string) {
	if wrong.Form != "" {
		out = append(out, wrong.Form)
	}
	for _, name := range slices.Sorted(maps.Keys(wrong.Fields)) {
		if text := wrong.Fields[name]; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// quoted is a text on one line, as the data of an event.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return `""` // a string always has a JSON form
	}
	return string(b)
}

// missing answers for what is not in the log, or not to be seen.
func missing() error {
	return fault.New(fault.NotFound, "not_found", "There is no such request in your log.")
}
