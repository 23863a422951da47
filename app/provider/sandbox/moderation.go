package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// verdicts are the categories, and a word for which each is flagged: enough to see a flag, and nothing that anybody minds to
// type.
var verdicts = []struct{ category, word string }{
	{"harassment", "insult"}, {"harassment/threatening", "threat"}, {"hate", "hatred"}, {"hate/threatening", "hateful threat"},
	{"illicit", "burglary"}, {"illicit/violent", "armed burglary"}, {"self-harm", "hurt myself"}, {"self-harm/instructions", "how to hurt myself"},
	{"self-harm/intent", "will hurt myself"}, {"sexual", "explicit"}, {"sexual/minors", "explicit minors"}, {"violence", "violence"}, {"violence/graphic", "gore"},
}

type verdict struct {
	Flagged    bool                `json:"flagged"`
	Categories map[string]bool     `json:"categories"`
	Scores     map[string]float64  `json:"category_scores"`
	Applied    map[string][]string `json:"category_applied_input_types"`
}

func (s *Sandbox) moderate(w http.ResponseWriter, r *http.Request) {
	n := s.number()
	s.identify(w, n)
	var q struct {
		Model string          `json:"model"`
		Input json.RawMessage `json:"input"`
	}
	if f := decode(r, &q); f != nil {
		refuse(w, f)
		return
	}
	model, sc, f := s.enter(r, or(q.Model, "sandbox-moderation"), "sandbox-moderation")
	if f != nil {
		refuse(w, f)
		return
	}
	var one string
	var many []string
	var parts []struct{ Type, Text string }
	switch {
	case json.Unmarshal(q.Input, &one) == nil && one != "":
		many = []string{one}
	case json.Unmarshal(q.Input, &many) == nil && len(many) > 0:
	case json.Unmarshal(q.Input, &parts) == nil && len(parts) > 0: // text and pictures together are one input
		text := ""
		for _, p := range parts {
			text += p.Text + "\n"
		}
		many = []string{text}
	default:
		refuse(w, &failure{status: 400, param: "input", message: "Invalid value for 'input': it must be a text, texts, or parts, and not empty."})
		return
	}
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	results := make([]verdict, len(many))
	for i, text := range many {
		results[i] = judged(text)
	}
	s.books.charge(Charge{ID: w.Header().Get("X-Request-Id"), Client: r.Header.Get("X-Client-Request-Id"), Model: model, End: "complete"})
	answer(w, map[string]any{"id": "modr-" + s.name(n, 24), "model": model, "results": results})
}

func judged(text string) verdict {
	v := verdict{Categories: map[string]bool{}, Scores: map[string]float64{}, Applied: map[string][]string{}}
	text = strings.ToLower(text)
	for _, c := range verdicts {
		hit := strings.Contains(text, c.word)
		v.Categories[c.category], v.Flagged = hit, v.Flagged || hit
		v.Scores[c.category] = 0.001
		v.Applied[c.category] = []string{}
		if hit {
			v.Scores[c.category], v.Applied[c.category] = 0.98, []string{"text"}
		}
	}
	return v
}
