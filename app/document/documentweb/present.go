package documentweb

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/document"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// outcome is one under way.
type outcome views.Outcome

// found is a document's result as the page shows it.
func found(r *tool.Result) (*views.Outcome, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	t, _ := tool.Find(r.Tool) // Run knew it
	out := &outcome{State: state(r.Partial), Warnings: r.Warnings, Files: []views.File{{Label: "Save as JSON", Kind: "json", Text: string(text)}}}
	out.Facts = []ui.Fact{{Label: "Document", Value: fmt.Sprintf("%s, %s", strings.ToUpper(string(r.Kind)), counted(r.Pages, "page"))}, cost(r.CostUSD)}
	for _, m := range r.Missing {
		where := fmt.Sprintf("Page %d: ", m.From)
		if m.To > m.From {
			where = fmt.Sprintf("Pages %d to %d: ", m.From, m.To)
		}
		out.Missing = append(out.Missing, where+m.Reason)
	}
	out.Requests = asked(r.Parts, "page")
	switch r.Tool {
	case "table":
		out.Files = append(out.Files, views.File{Label: "Save as CSV", Kind: "csv", Text: r.CSV()})
	case "extract":
		out.Files = append(out.Files, views.File{Label: "Save as text", Kind: "txt", Text: r.Plain()})
	}
	for _, m := range t.Shape {
		out.add(m, r.Result[m.Name])
	}
	came := views.Outcome(*out)
	return &came, nil
}

func state(partial bool) ui.StatusProps {
	if partial {
		return ui.StatusProps{Tone: ui.Warn, Label: "Read in part"}
	}
	return ui.StatusProps{Tone: ui.Good, Label: "Read"}
}

func cost(c money.USD) ui.Fact {
	return ui.Fact{Label: "Cost (USD)", Value: web.USD(c), Title: "$" + c.String()}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// asked lists the questions.
func asked(parts []tool.Part, what string) (out []ui.Option) {
	for _, p := range parts {
		if p.Request != "" {
			out = append(out, ui.Option{Value: p.Request, Label: strings.TrimSpace(fmt.Sprintf("%ss %d to %d, %s, %s", what, p.From, p.To, web.USD(p.CostUSD), p.Model))})
		}
	}
	return out
}

// heard is a transcript as the page shows it.
func heard(t *tool.Transcript) *views.Outcome {
	text, _ := json.MarshalIndent(t, "", "  ") // texts and numbers
	out := &views.Outcome{State: state(t.Partial), Warnings: t.Warnings, Files: []views.File{{Label: "Save as text", Kind: "txt", Text: t.Text + "\n"},
		{Label: "Subtitles as SRT", Kind: "srt", Text: t.SRT()}, {Label: "Subtitles as VTT", Kind: "vtt", Text: t.VTT()}, {Label: "Save as JSON", Kind: "json", Text: string(text)}}}
	out.Facts = []ui.Fact{{Label: "Length", Value: fmt.Sprintf("%d s", int(t.Seconds+0.5))}, {Label: "Language", Value: t.Language}, {Label: "Clips", Value: fmt.Sprint(len(t.Clips))}, cost(t.CostUSD)}
	out.Requests = asked(t.Clips, "second")
	out.Blocks = []views.Block{{Title: "Text", Text: t.Text}}
	return out
}
