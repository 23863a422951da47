package reportweb

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// show is the page at /requests/:id.
func (h *Handlers) show(c *web.Context) error {
	which, err := requestID(c)
	if err != nil {
		return err
	}
	d, err := h.Reports.Request(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	why, err := h.why(c, d)
	if err != nil {
		return err
	}
	judged, err := h.said(c, which)
	if err != nil {
		return err
	}
	text, err := h.text(c, which)
	if err != nil {
		return err
	}
	page := views.RequestPage{
		Feedback: judged, Text: text,
		Shell: c.Shell("Request", "requests"), ID: d.ID.String(), Status: status(d.Request),
		Sub:     fmt.Sprintf("%s, asked with the key %s on %s", or(d.Asked, "No model"), or(d.Key, "(deleted)"), c.When(d.At).Full),
		Refusal: refusal(d), Why: why, Figures: facts(d), Facts: about(d), Who: who(d), Steps: decided(d), Timeline: timeline(d),
		NoTokens: "No tokens were used.", CanTry: c.Actor().Role.AtLeast(org.Developer) && d.Endpoint == string(llm.Chat),
	}
	var used llm.Usage
	for _, a := range d.Attempts {
		page.Attempts = append(page.Attempts, attempt(a))
		used = together(used, a.End.Usage)
	}
	page.Tokens = classes(used)
	return c.Render(views.Request(page))
}

func refusal(d report.Detail) *views.Refusal {
	if d.Code == "" && d.Status < 400 {
		return nil
	}
	message, _, _ := strings.Cut(d.Message, " To ask for more: ") // the page has a button for it
	r := &views.Refusal{Message: or(message, http.StatusText(d.Status)), Code: d.Code, Title: "This request failed", Tone: ui.Bad}
	switch {
	case d.Status == 499 || d.Status == 0:
		r.Tone, r.Title, r.Message = ui.Info, "The client went away", or(d.Message, "The connection was closed before the answer was complete. What was generated until then is billed.")
	case len(d.Attempts) == 0:
		r.Title, r.Tone = "Refused before any provider was asked", ui.Warn
	case d.Status < 400:
		r.Title = "The answer broke off"
	}
	return r
}

// facts are the figures on top of the page.
func facts(d report.Detail) []ui.StatProps {
	cost := ui.StatProps{Label: "Cost", Value: exact(d.Cost), Unit: "USD", Against: "exact, to the nano-dollar"}
	if unsure(d.Attempts) {
		cost.Against = "the most it can have been; see the attempts"
	}
	tokenCount := ui.StatProps{Label: "Tokens", Value: count(d.Usage.Input + d.Usage.Output), Against: tokens(d.Usage)}
	var used llm.Usage
	for _, a := range d.Attempts {
		used = together(used, a.End.Usage)
	}
	if text := pieces(used); text != "" {
		tokenCount.Against += ", " + text
		if used.Input+used.Output == 0 {
			tokenCount = ui.StatProps{Label: "Used", Value: text, Against: "billed by that, not by tokens"}
		}
	}
	duration := ui.StatProps{Label: "Duration", Value: or(took(d.Duration), "–"), Against: "from the first byte in to the last byte out"}
	if d.FirstByte > 0 && len(d.Attempts) > 0 {
		duration.Against = "first byte after " + took(d.FirstByte)
	}
	overhead := ui.StatProps{Label: "Gateway overhead", Value: or(took(d.Overhead), "–"), Against: "everything but waiting for the provider"}
	return []ui.StatProps{cost, tokenCount, duration, overhead}
}

// unsure reports attempts whose cost errs on the careful side until it is reconciled.
func unsure(attempts []report.Attempt) bool {
	for _, a := range attempts {
		switch a.End.State {
		case ledger.Ambiguous, ledger.Interrupted, ledger.Cut:
			return true
		}
	}
	return false
}

func about(d report.Detail) []ui.Fact {
	endpoint := d.Endpoint
	if d.Stream {
		endpoint += ", streamed"
	}
	answered, label := "", "Answered by"
	if d.Status >= 400 {
		label = "Last tried"
	}
	if d.Provider != "" {
		answered = d.Provider + "/" + d.Model
	}
	return []ui.Fact{
		{Label: "Id", Value: d.ID.String(), Mono: true, Copy: true},
		{Label: "Asked for", Value: d.Asked, Mono: true},
		{Label: label, Value: answered, Mono: true},
		{Label: "Decided by", Value: d.Route},
		{Label: "Endpoint", Value: endpoint},
		{Label: "Dialect", Value: d.Family},
		{Label: "Cache", Value: d.Cache},
		{Label: "Client", Value: d.Client},
	}
}

func who(d report.Detail) []ui.Fact {
	out := []ui.Fact{
		{Label: "Key", Value: or(d.Key, "deleted"), Href: listURL(map[string]string{"key": d.Chain.Key.String(), "range": "all"}), Title: "All requests of this key"},
		{Label: "Team", Value: d.Team},
		{Label: "Member", Value: or(d.Member, "service account")},
		{Label: "Tags", Value: strings.ReplaceAll(d.Tags, ",", ", ")},
		{Label: "End user", Value: d.EndUser},
		{Label: "Session", Value: d.Session, Mono: d.Session != ""},
	}
	return out
}

// decided are the decisions as the page lists them, each with the word that says what kind it is; a refusal is the last.
func decided(d report.Detail) []views.Decision {
	var out []views.Decision
	for _, line := range sentences(d.Decisions) {
		word, text, ok := strings.Cut(line, ": ")
		if !ok || strings.Contains(word, " ") {
			if word, text, ok = strings.Cut(line, " "); !ok {
				word, text = "", line
			}
		}
		if word == "settled" || word == "held" || word == "target" || word == "failed" || word == "warning" || word == "price" {
			out = append(out, views.Decision{Word: strings.ToUpper(word[:1]) + word[1:], Text: text})
			continue
		}
		out = append(out, views.Decision{Text: line})
	}
	if d.Code != "" && d.Status >= 400 {
		message, _, _ := strings.Cut(d.Message, " To ask for more: ")
		out = append(out, views.Decision{Word: "Refused", Text: strings.ReplaceAll(d.Code, "_", " ") + ". " + message})
	}
	return out
}

// sentences are the decisions, one per line.
func sentences(decisions string) []string {
	var out []string
	for line := range strings.Lines(decisions) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// states are the terminal states in words.
var states = map[ledger.State]ui.StatusProps{
	ledger.Complete:    {Tone: ui.Good, Label: "Complete", Title: "The provider reported what it used."},
	ledger.Counted:     {Tone: ui.Info, Label: "Counted by us", Title: "The provider reported no usage; we counted."},
	ledger.Cut:         {Tone: ui.Warn, Label: "Cut short", Title: "It ended early; booked is the best known count plus a margin."},
	ledger.Ambiguous:   {Tone: ui.Warn, Label: "Unclear", Title: "It was sent and nothing came back; the whole hold is booked until reconciled."},
	ledger.Interrupted: {Tone: ui.Warn, Label: "Interrupted", Title: "The gateway stopped meanwhile; the whole hold is booked until reconciled."},
	ledger.Handed:      {Tone: ui.Info, Label: "Handed over", Title: "It was handed over with a batch; the most that it can cost is booked until its result is there."},
	ledger.Returned:    {Tone: ui.Good, Label: "Result", Title: "The result of a request that was handed over: what it cost, less what was booked for it."},
	ledger.Voided:      {Tone: ui.Neutral, Label: "Not billed", Title: "It never reached the provider, or was rejected before anything was generated."},
}
