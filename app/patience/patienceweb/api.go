package patienceweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// timeoutInput is a setting; what is empty comes from the wider setting, in the end from the defaults.
type timeoutInput struct {
	Model           string `json:"model"`             // as clients name it; "" = all
	Operation       string `json:"operation"`         // chat, embeddings, …; "" = all
	Preset          string `json:"preset"`            // quick, standard or extended: fills the times that are empty
	Connect         string `json:"connect"`           // "3s"
	Headers         string `json:"headers"`           // streams, until the answer's headers
	First           string `json:"first"`             // streams, until the first event
	Gap             string `json:"gap"`               // streams, between two events
	Answer          string `json:"answer"`            // documents, one try
	Total           string `json:"total"`             // the request with all its tries
	OnTimeout       string `json:"on_timeout"`        // next, retry, partial or error
	Tries           int    `json:"tries"`             // at one target, the first included
	TriesBeforeNext int    `json:"tries_before_next"` // while another target is left
	Backoff         string `json:"backoff"`           // the longest first pause
	MaxBackoff      string `json:"max_backoff"`
	Growth          string `json:"growth"`           // of pauses: exponential, linear or smart
	RetryUnsure     bool   `json:"retry_unsure"`     // also what the provider may have done already
	RefuseWhenOpen  bool   `json:"refuse_when_open"` // circuit_open instead of the least bad target
}

func (t timeoutInput) input() patience.Input {
	return patience.Input{Model: t.Model, Operation: t.Operation, Preset: t.Preset, Connect: t.Connect, Headers: t.Headers, First: t.First, Gap: t.Gap, Answer: t.Answer, Total: t.Total,
		Tries: t.Tries, TriesBeforeNext: t.TriesBeforeNext, Backoff: t.Backoff, MaxBackoff: t.MaxBackoff, OnTimeout: t.OnTimeout, Growth: t.Growth, RetryUnsure: t.RetryUnsure, RefuseWhenOpen: t.RefuseWhenOpen}
}

// timeoutJSON is a setting as it is stored.
type timeoutJSON struct {
	Model           string `json:"model"`     // "" = all
	Operation       string `json:"operation"` // "" = all
	Connect         string `json:"connect"`   // "" = the wider setting's, as of all that follow
	Headers         string `json:"headers"`
	First           string `json:"first"`
	Gap             string `json:"gap"`
	Answer          string `json:"answer"`
	Total           string `json:"total"`
	OnTimeout       string `json:"on_timeout"`
	Tries           int    `json:"tries"` // 0 = the wider setting's
	TriesBeforeNext int    `json:"tries_before_next"`
	Backoff         string `json:"backoff"`
	MaxBackoff      string `json:"max_backoff"`
	Growth          string `json:"growth"`
	RetryUnsure     bool   `json:"retry_unsure"`
	RefuseWhenOpen  bool   `json:"refuse_when_open"`
}

func out(s patience.Setting) timeoutJSON {
	p, w := s.Policy, s.Policy.Waits
	return timeoutJSON{Model: s.Model, Operation: string(s.Operation), Connect: patience.Spell(w.Connect), Headers: patience.Spell(w.Headers), First: patience.Spell(w.First),
		Gap: patience.Spell(w.Gap), Answer: patience.Spell(w.Answer), Total: patience.Spell(w.Total), OnTimeout: string(p.OnTimeout), Tries: p.Tries, TriesBeforeNext: p.TriesBeforeNext,
		Backoff: patience.Spell(p.Backoff), MaxBackoff: patience.Spell(p.MaxBackoff), Growth: string(p.Growth), RetryUnsure: p.RetryUnsure, RefuseWhenOpen: p.RefuseWhenOpen}
}

// timeoutList is all settings.
type timeoutList struct {
	Data []timeoutJSON `json:"data"`
}

// timeoutName says which setting.
type timeoutName struct {
	Model     string `json:"model"`
	Operation string `json:"operation"`
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.settings.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	list := timeoutList{Data: make([]timeoutJSON, len(all))}
	for i, s := range all {
		list.Data[i] = out(s)
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiSet(c *web.Context) error {
	in, err := web.Decode[timeoutInput](c)
	if err != nil {
		return err
	}
	s, err := h.settings.Set(c.Ctx(), c.Actor(), in.input())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out(s))
}

func (h *Handlers) apiRemove(c *web.Context) error {
	in, err := web.Decode[timeoutName](c)
	if err != nil {
		return err
	}
	if err := h.settings.Remove(c.Ctx(), c.Actor(), in.Model, llm.Operation(in.Operation)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
