package tool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Run reads a document with a tool. tell hears of progress, never twice at a time; it may be nil. What can be read is a result, even where
// other parts cannot; where nothing can, the error says why.
func (s *Service) Run(ctx context.Context, c Caller, ask Ask, tell func(Progress)) (*Result, error) {
	t, ok := Find(ask.Tool)
	if !ok {
		return nil, fault.Newf(fault.NotFound, "unknown_tool", "There is no document tool of that name. There are: %s.", names())
	}
	if len(ask.Data) > MostBytes {
		return nil, fault.Newf(fault.TooLarge, "body_too_large", "The file is larger than %d MiB, the most that a document tool reads. Split it.", MostBytes>>20)
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	text, err := s.Reader.Text(ctx, ask.Data, document.Limits{Bytes: MostBytes, Pictures: MostBytes})
	if err != nil {
		return nil, inField(err)
	}
	pieces, missing, warnings := plan(t, &ask, text)
	r := &Result{Object: "document.result", Tool: t.Name, Kind: text.Kind, Pages: text.Total, Missing: missing, Warnings: warnings, Parts: []Part{}}
	if t.Name == "extract" && (len(pieces) == 0 || !pieces[0].file) {
		r.Result = extracted(text)
		return r.finished(), nil
	}
	if len(pieces) == 0 {
		return nil, fault.Field("file", "There is nothing to read in the document: it has no text.")
	}
	if ask.Model = strings.TrimSpace(ask.Model); ask.Model == "" {
		return nil, fault.Field("model", "Name a model: this tool asks one about the document."+map[bool]string{true: " It has to take files of this kind.", false: ""}[pieces[0].file])
	}
	answers := s.askAll(ctx, &c, t, &ask, pieces, r, tell)
	if seen, left := pictured(text); answers[0] == nil && len(seen) > 0 && blind(pieces, r.Parts, text) {
		pieces, r.Missing = seen, append(r.Missing, left...)
		r.Warnings = append(r.Warnings, "The model did not take the PDF as it is: it was shown the pictures of its pages.")
		answers = s.askAll(ctx, &c, t, &ask, pieces, r, tell)
	}
	return r.gather(t, pieces, answers, text)
}

// extracted is the answer of the tool that needs no model where a text is there.
func extracted(text document.Text) map[string]any {
	rows := make([]any, 0, len(text.Pages))
	for _, p := range text.Pages {
		row := map[string]any{"page": p.Number, "text": p.Text, "confidence": 1.0}
		if p.Name != "" {
			row["name"] = p.Name
		}
		rows = append(rows, row)
	}
	return map[string]any{"pages": rows}
}

// askAll asks about all pieces.
func (s *Service) askAll(ctx context.Context, c *Caller, t Tool, ask *Ask, pieces []piece, r *Result, tell func(Progress)) []map[string]any {
	answers := make([]map[string]any, len(pieces))
	about := make([]Part, len(pieces))
	for i, p := range pieces {
		about[i].From, about[i].To = p.from, p.to
	}
	r.Parts = each(ctx, about, ask.Most, tell, func(i int, share money.USD, p *Part) (err error) {
		answers[i], err = s.one(ctx, c, t, ask, pieces[i], share, p)
		return err
	})
	return answers
}

// one asks about one piece, and once more where the answer is not in the shape.
func (s *Service) one(ctx context.Context, c *Caller, t Tool, ask *Ask, p piece, share money.USD, part *Part) (map[string]any, error) {
	again := ""
	for range 2 {
		most := share
		if ask.Most > 0 {
			if most -= part.CostUSD; most <= 0 {
				return nil, errCapped
			}
		}
		content, err := body(t, ask, p, again)
		if err != nil {
			return nil, err
		}
		h, err := s.send(ctx, c, "/v1/chat/completions", "application/json", content, most)
		if err != nil {
			return nil, err
		}
		h.told(part)
		if err := h.refusal(); err != nil {
			part.status = h.status
			return nil, err
		}
		said, whole := h.said()
		answer, err := t.Shape.read(said, p.from, p.to)
		if err == nil {
			return answer, nil
		}
		if !whole {
			return nil, sentence("The answer is longer than a part may have. Use a document with less on each page.")
		}
		again = "\n\nYour last answer was not of the schema: " + err.Error() + ". Answer again."
	}
	return nil, sentence("The model did not answer in the tool's form, twice. Try another model.")
}

// said is the answer's text, and whether it came to its own end.
func (h *heard) said() (text string, whole bool) {
	var v struct {
		Choices []struct {
			Message struct {
				Content string `json:"content"`
			} `json:"message"`
			Finish string `json:"finish_reason"`
		} `json:"choices"`
	}
	if json.Unmarshal(h.body.Bytes(), &v) != nil || len(v.Choices) == 0 {
		return "", true
	}
	return v.Choices[0].Message.Content, v.Choices[0].Finish != "length"
}

// gather puts the answers together.
func (r *Result) gather(t Tool, pieces []piece, answers []map[string]any, text document.Text) (*Result, error) {
	asked := 0
	for i, a := range answers {
		r.CostUSD += r.Parts[i].CostUSD
		if a == nil {
			r.Missing = append(r.Missing, Missing{pieces[i].from, pieces[i].to, r.Parts[i].Error})
			continue
		}
		asked++
		r.Result = t.Shape.merge(r.Result, a)
	}
	if asked == 0 {
		return nil, fault.Newf(fault.Invalid, "document_unread", "No model could read the document: %s", r.Parts[0].Error).With("cost_usd", r.CostUSD.String()).With("request", r.Parts[0].Request)
	}
	if !text.Blank() {
		pages := make(map[int]string, len(text.Pages))
		for _, p := range text.Pages {
			pages[p.Number] = p.Text
		}
		t.Shape.ground(r.Result, pages)
	}
	return r.finished(), nil
}

func (r *Result) finished() *Result {
	slices.SortStableFunc(r.Missing, func(a, b Missing) int { return a.From - b.From })
	if r.Partial = len(r.Missing) > 0; r.Missing == nil {
		r.Missing = []Missing{}
	}
	if r.Warnings == nil {
		r.Warnings = []string{}
	}
	return r
}

func names() string {
	var all []string
	for _, t := range Tools {
		all = append(all, t.Name)
	}
	return strings.Join(all, ", ")
}

// inField says that the file is at fault.
func inField(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Field == "" {
		of := *f
		of.Field = "file"
		return &of
	}
	if err != nil && f == nil {
		return fmt.Errorf("read a document: %w", err)
	}
	return err
}
