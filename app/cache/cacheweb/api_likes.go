package cacheweb

import (
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// likeJSON is a kept answer that was found for a question worded differently, without either.
type likeJSON struct {
	ID         string    `json:"id"` // of the request
	At         time.Time `json:"at"`
	Model      string    `json:"model"` // as it was asked for
	Entry      string    `json:"entry"` // the kept answer
	Mode       string    `json:"mode"`  // the policy's
	Rule       string    `json:"rule"`  // the narrowest that takes the pair: strict or relaxed
	Similarity float64   `json:"similarity"`
	Served     bool      `json:"served"` // else it was only written down
	SavedUSD   money.USD `json:"saved_usd"`
	Verdict    string    `json:"verdict"` // right, wrong or empty
}

type likeList struct {
	Data    []likeJSON `json:"data"`
	HasMore bool       `json:"has_more"`
	Next    string     `json:"next,omitempty"`
}

func likeOut(s cache.Seen) likeJSON {
	rule := cache.Relaxed
	if s.Strict {
		rule = cache.Strict
	}
	return likeJSON{ID: s.ID.String(), At: s.At, Model: s.Asked, Entry: s.Entry.String(), Mode: string(s.Mode), Rule: string(rule), Similarity: float64(s.Cosine) / 100, Served: s.Served, SavedUSD: s.Cost, Verdict: s.Verdict}
}

func (h *Handlers) apiLikes(c *web.Context) error {
	size, err := c.Limit()
	if err != nil {
		return err
	}
	q := cache.LikeQuery{Limit: size}
	if text := c.QueryParam("entry"); text != "" {
		k, ok := cache.ParseKey(text)
		if !ok {
			return fault.Field("entry", "An entry is the key of a kept answer: 64 hexadecimal digits.")
		}
		q.Entry = k
	}
	if q.Offset, err = offset(c); err != nil {
		return err
	}
	list, more, err := h.cache.Sightings(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := likeList{Data: make([]likeJSON, len(list)), HasMore: more}
	if more {
		out.Next = strconv.Itoa(q.Offset + size)
	}
	for i, s := range list {
		out.Data[i] = likeOut(s)
	}
	return c.JSON(http.StatusOK, out)
}

// cacheSimulationJSON is what a mode and a threshold would have given of the pairs that were written down.
type cacheSimulationJSON struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Mode      string    `json:"mode"`
	Threshold float64   `json:"threshold"`
	Found     int64     `json:"found"`  // requests that would have got a kept answer
	Served    int64     `json:"served"` // that got it
	SavedUSD  money.USD `json:"saved_usd"`
	SavedMS   int64     `json:"saved_ms"`
	Right     int64     `json:"right"` // judged so
	Wrong     int64     `json:"wrong"`
}

func (h *Handlers) apiSimulation(c *web.Context) error {
	asked, err := simulationOf(c)
	if err != nil {
		return err
	}
	from, to := asked.span(c.Now())
	grades, err := h.cache.Grades(c.Ctx(), c.Actor(), from, to)
	if err != nil {
		return err
	}
	s := cache.Simulated(grades, asked.mode, asked.threshold)
	return c.JSON(http.StatusOK, cacheSimulationJSON{From: from, To: to, Mode: string(asked.mode), Threshold: float64(asked.threshold) / 100, Found: s.Found, Served: s.Served, SavedUSD: s.Cost, SavedMS: s.Took.Milliseconds(),
		Right: s.Right, Wrong: s.Wrong})
}

// judgeInput is a verdict: right or wrong.
type judgeInput struct {
	Verdict string `json:"verdict"`
}

func (h *Handlers) apiJudge(c *web.Context) error {
	which, err := likeID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[judgeInput](c)
	if err != nil {
		return err
	}
	s, err := h.cache.Judge(c.Ctx(), c.Actor(), which, in.Verdict)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, likeOut(s))
}

// thresholdOut is a threshold as the API tells it.
func thresholdOut(l cache.Like) float64 {
	if !l.On() {
		return 0
	}
	return float64(l.Least()) / 100
}
