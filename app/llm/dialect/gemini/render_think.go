package gemini

import (
	"regexp"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// thinkingAsked is thinkingConfig. Google has two ways to say how much: a budget in tokens up to generation 2.5, and a
// level from generation 3 on.
type thinkingAsked struct {
	Shown  bool   `json:"includeThoughts,omitempty"`
	Budget *int64 `json:"thinkingBudget,omitempty"`
	Level  string `json:"thinkingLevel,omitempty"`
}

// place is what a model's name says about it.
type place struct {
	generation, minor int // 0 if unknown
	pro, lite         bool
}

var (
	version = regexp.MustCompile(`gemini-(\d+)(?:\.(\d+))?-?(pro|flash-lite)?`)
	// newest are Google's names for whatever came last, which has been of generation 3 for all of them.
	newest = regexp.MustCompile(`gemini-(pro|flash|flash-lite)-latest`)
)

func placed(model string) (p place) {
	if m := newest.FindStringSubmatch(model); m != nil {
		return place{generation: 3, minor: lastMinimal + 1, pro: m[1] == "pro", lite: m[1] == "flash-lite"}
	}
	m := version.FindStringSubmatch(model)
	if m == nil {
		return p
	}
	p.generation, _ = strconv.Atoi(m[1])
	p.minor, _ = strconv.Atoi(m[2])
	p.pro, p.lite = m[3] == "pro", m[3] == "flash-lite"
	return p
}

// lastMinimal is the last version of generation 3 whose Flash takes "minimal"; all of its Flash-Lite do.
const lastMinimal = 6

// The bounds of budgets: below the least Pro does not go, and Flash not above the most.
const (
	leastPro  = 128
	mostPro   = 32768
	mostFlash = 24576
)

// think says how much a model should think; nil leaves it alone. What the client may see of it is only asked for where
// the client wants thinking at all.
func think(r llm.Reasoning, p place) *thinkingAsked {
	if !r.Asked() || !r.On() && r.Effort != "none" {
		return nil
	}
	t := &thinkingAsked{Shown: r.On() && !r.Hidden}
	switch {
	case p.generation >= 3:
		t.Level = level(r, p)
	case r.Effort == "none":
		least := int64(0)
		if p.pro {
			least = leastPro
		}
		t.Budget = &least
	case r.Tokens() == 0: // adaptive
		free := int64(-1)
		t.Budget = &free
	default:
		most := int64(mostFlash)
		if p.pro {
			most = mostPro
		}
		n := min(max(r.Tokens(), leastPro), most)
		t.Budget = &n
	}
	return t
}

// level is Google's word for how much; "" leaves it to the model.
func level(r llm.Reasoning, p place) string {
	switch l := r.Level(); l {
	case "none", "minimal":
		if p.generation == 3 && !p.pro && (p.lite || p.minor <= lastMinimal) {
			return "minimal"
		}
		return "low" // which all of them take
	case "low", "medium", "high":
		return l
	case "xhigh", "max":
		return "high"
	}
	return ""
}
