package evaluationweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
)

// ratedInput stores a dataset of rated requests.
type ratedInput struct {
	Name       string `json:"name"`
	About      string `json:"about"`
	Visibility string `json:"visibility"` // organization without
	Team       string `json:"team"`
	Rating     string `json:"rating"` // good, bad or all; good without
	Least      string `json:"least"`  // the score from which an answer is good, 0 to 1; 0.5 without
	From       string `json:"from"`   // the first day, 2026-01-31, in the organization's zone; 30 days ago without
	To         string `json:"to"`     // the last day; today without
	Model      string `json:"model"`  // asked for, or that answered
	Tag        string `json:"tag"`    // project=apollo
	Whole      bool   `json:"whole"`  // the whole conversation instead of its last question
}

// takingJSON says which rated requests make rows.
type takingJSON struct {
	Found int        `json:"found"` // rated requests that you may read
	Rows  int        `json:"rows"`  // that would be rows
	Good  int        `json:"good"`  // of the rows, those with an expected answer
	Left  []leftJSON `json:"left"`  // those that would not be
}

// leftJSON is why rated requests make no row.
type leftJSON struct {
	Why   string `json:"why"`
	Count int    `json:"count"`
}

// takenJSON is a dataset of rated requests, and what became of others.
type takenJSON struct {
	Dataset datasetJSON `json:"dataset"`
	Taking  takingJSON  `json:"taking"`
}

func ratedQuery() []web.Parameter {
	return []web.Parameter{{Name: "rating", Does: "good without", Values: []string{"good", "bad", "all"}}, {Name: "least", Does: "the score from which an answer is good, 0 to 1; 0.5 without", Example: "0.8"},
		{Name: "from", Does: "the first day", Example: "2026-01-01"}, {Name: "to", Does: "the last day", Example: "2026-01-31"}, {Name: "model", Does: "asked for, or that answered", Example: "smart"},
		{Name: "tag", Does: "a tag of the requests", Example: "project=apollo"}, {Name: "whole", Does: "the whole conversation instead of its last question", Values: []string{"true"}}}
}

func takingOut(t evaluation.Taking) takingJSON {
	out := takingJSON{Found: t.Found, Rows: len(t.Rows), Good: t.Good, Left: []leftJSON{}}
	for _, why := range evaluation.Reasons {
		if n := t.Left[why]; n > 0 {
			out.Left = append(out.Left, leftJSON{why, n})
		}
	}
	return out
}

func (h *Handlers) apiRated(c *web.Context) error {
	q, err := ratedOf(typedRated(c, c.QueryParam), c.Zone())
	if err != nil {
		return err
	}
	t, err := h.Evaluations.Rated(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, takingOut(t))
}

func (h *Handlers) apiTake(c *web.Context) error {
	in, err := web.Decode[ratedInput](c)
	if err != nil {
		return err
	}
	f := views.RatedFields{Rating: in.Rating, Least: in.Least, From: in.From, To: in.To, Model: in.Model, Tag: in.Tag, Whole: in.Whole}
	q, err := ratedOf(typedRated(c, func(name string) string {
		return map[string]string{"rating": f.Rating, "from": f.From, "to": f.To, "least": f.Least, "model": f.Model, "tag": f.Tag}[name]
	}), c.Zone())
	if err != nil {
		return err
	}
	q.Whole = in.Whole
	d, t, err := h.Evaluations.CreateRated(c.Ctx(), c.Actor(), evaluation.Input{Name: in.Name, About: in.About, Visibility: evaluation.Visibility(or(in.Visibility, string(evaluation.Everyone))), Team: teamOf(in.Team)}, q)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, takenJSON{datasetOut(d), takingOut(t)})
}
