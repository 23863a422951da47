package cacheweb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/cache"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const likes = root + "/likes"

func likeOr(m cache.LikeMode) string { return or(string(m), "off") }

// threshold reads a cosine in hundredths; "" is 0, the usual one.
func threshold(text string) (int64, error) {
	if text = strings.TrimSpace(text); text == "" || text == "0" {
		return 0, nil
	}
	n, ok := hundredths(text, cache.LowestThreshold, 100)
	if !ok {
		return 0, fault.Field("threshold", "The threshold is a cosine from 0.5 to 1, in steps of 0.01. Without one it is 0.9.")
	}
	return n, nil
}

// simulated are the times that the simulator offers, in days: sightings are kept for thirty.
var simulated = []int{7, 14, 30}

// simulation is what somebody wants to know.
type simulation struct {
	mode      cache.LikeMode
	threshold int64
	days      int
}

func simulationOf(c *web.Context) (s simulation, err error) {
	s = simulation{mode: cache.LikeMode(or(c.QueryParam("mode"), string(cache.Relaxed))), days: simulated[0]}
	if s.mode != cache.Strict && s.mode != cache.Relaxed {
		return s, fault.Field("mode", `Simulate "strict" or "relaxed". What a model would say of verified ones is not known.`)
	}
	if s.threshold, err = threshold(c.QueryParam("threshold")); err != nil {
		return s, err
	}
	if s.threshold == 0 {
		s.threshold = cache.DefaultThreshold
	}
	if text := c.QueryParam("days"); text != "" {
		if s.days, err = strconv.Atoi(text); err != nil || s.days < 1 || s.days > 30 {
			return s, fault.Field("days", "Ask for 1 to 30 days: that is how long pairs of questions are kept.")
		}
	}
	return s, nil
}

func (s simulation) span(now time.Time) (from, to time.Time) {
	to = now.UTC()
	return to.AddDate(0, 0, -s.days), to
}

func (h *Handlers) likes(c *web.Context) error {
	asked, wrong := simulationOf(c)
	page := views.LikesPage{Shell: c.Shell("Like questions", "cache"), Tabs: tabs(likes), Mode: c.QueryParam("mode"), Threshold: or(c.QueryParam("threshold"), cache.Hundredths(cache.DefaultThreshold)), Days: strconv.Itoa(asked.days)}
	if refusal, ok := web.Refused(wrong); ok {
		page.Errors = refusal.Fields
		asked = simulation{cache.Relaxed, cache.DefaultThreshold, simulated[0]}
	} else if wrong != nil {
		return wrong
	}
	page.Mode = or(page.Mode, string(asked.mode))
	for _, n := range simulated {
		page.Spans = append(page.Spans, ui.Option{Value: strconv.Itoa(n), Label: fmt.Sprint(n, " days")})
	}
	from, to := asked.span(c.Now())
	grades, err := h.cache.Grades(c.Ctx(), c.Actor(), from, to)
	if err != nil {
		return err
	}
	page.Any = len(grades) > 0
	looked, err := h.cache.Looked(c.Ctx(), c.Actor(), from.Truncate(time.Hour), to)
	if err != nil {
		return err
	}
	page.Figures = likeFigures(asked, cache.Simulated(grades, asked.mode, asked.threshold), looked)
	page.Steps = steps(grades, asked)
	if err := h.fillPairs(c, &page); err != nil {
		return err
	}
	if len(page.Errors) > 0 {
		return c.Invalid(views.Likes(page))
	}
	return c.Render(views.Likes(page))
}

func likeFigures(asked simulation, s cache.Sum, looked int64) []ui.StatProps {
	saved := ui.StatProps{Label: "Would have saved", Unit: "USD", Hint: "What the kept answers cost when they were bought, whether they were given or only written down."}
	saved.Value, saved.Exact = web.Dollars(s.Cost)
	share := "no request was looked up"
	if looked > 0 {
		share = fmt.Sprintf("%.1f %% of %d requests that were looked up", 100*float64(s.Found)/float64(looked), looked)
	}
	judged := "nobody has judged any"
	if n := s.Right + s.Wrong; n > 0 {
		judged = fmt.Sprintf("of %d that were judged", n)
	}
	return []ui.StatProps{saved,
		{Label: "Answers for like questions", Value: web.Count(s.Found), Against: share, Hint: fmt.Sprintf("In the mode %s at %s, in %d days.", asked.mode, cache.Hundredths(asked.threshold), asked.days)},
		{Label: "Given", Value: web.Count(s.Served), Against: "the others were only written down"},
		{Label: "Wrong", Value: web.Count(s.Wrong), Against: judged}}
}

// steps are the modes and thresholds beside the one that was asked for.
func steps(grades []cache.Grade, asked simulation) (out []views.LikeStep) {
	row := func(label string, mode cache.LikeMode, threshold int64) {
		s := cache.Simulated(grades, mode, threshold)
		x := views.LikeStep{Label: label, Found: web.Count(s.Found), Judged: web.Count(s.Right + s.Wrong), Wrong: web.Count(s.Wrong), Time: lasted(s.Took)}
		x.Saved, x.Exact = web.Dollars(s.Cost)
		out = append(out, x)
	}
	row("strict", cache.Strict, 0)
	at := []int64{100, 95, 90, 80, 70, 50}
	if asked.mode == cache.Relaxed && !slices.Contains(at, asked.threshold) {
		at = append(at, asked.threshold)
		slices.Sort(at)
		slices.Reverse(at)
	}
	for _, t := range at {
		row("relaxed from "+cache.Hundredths(t), cache.Relaxed, t)
	}
	return out
}

func (h *Handlers) fillPairs(c *web.Context, page *views.LikesPage) error {
	q := cache.LikeQuery{Limit: cache.PageSize}
	if k, ok := cache.ParseKey(c.QueryParam("entry")); ok {
		q.Entry, page.Entry = k, k.String()
	}
	if n, err := offset(c); err == nil { // a page begins anew
		q.Offset = n
	}
	list, more, err := h.cache.Sightings(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	for _, s := range list {
		page.Pairs = append(page.Pairs, pair(c, s))
	}
	at := func(offset int) string {
		v := c.Request().URL.Query()
		v.Set("after", strconv.Itoa(offset))
		return likes + "?" + v.Encode()
	}
	page.Pager = ui.PagerProps{Note: fmt.Sprint(cache.PageSize, " a page"), NewerLabel: "Back", OlderLabel: "More"}
	if q.Offset > 0 {
		page.Pager.Newer = at(max(q.Offset-cache.PageSize, 0))
	}
	if more {
		page.Pager.Older = at(q.Offset + cache.PageSize)
	}
	return nil
}

func pair(c *web.Context, s cache.Seen) views.LikePair {
	rule := "relaxed"
	if s.Strict {
		rule = "strict"
	}
	p := views.LikePair{ID: s.ID.String(), Mine: s.Mine, Theirs: s.Theirs, Readable: s.Readable, Rule: rule + ", " + cache.Hundredths(s.Cosine), Model: s.Asked, At: c.When(s.At), Entry: s.Entry.String(), Verdict: s.Verdict,
		CanJudge: s.Readable && c.Actor().Role.AtLeast(org.Developer)}
	if p.Unread = "Not yours to read"; len(s.Sealed) == 0 {
		p.Unread = "Its answer was cleared"
	}
	p.Saved, p.Exact = web.Dollars(s.Cost)
	p.State = ui.StatusProps{Icon: "eye", Label: "Written down"}
	if s.Served {
		p.State = ui.StatusProps{Tone: ui.Good, Icon: "circle-check", Label: "Given"}
	}
	switch s.Verdict {
	case cache.Right:
		p.Said = "right, says " + s.By
	case cache.Wrong:
		p.Said = "wrong, says " + s.By
	}
	return p
}

func likeID(c *web.Context) (id.Request, error) {
	return web.Param(c, "id", id.ParseRequest, error(fault.New(fault.NotFound, "not_found", "There is no such pair of questions. They are kept for 30 days.")))
}

func (h *Handlers) judge(c *web.Context) error {
	which, err := likeID(c)
	if err != nil {
		return err
	}
	s, err := h.cache.Judge(c.Ctx(), c.Actor(), which, c.FormValue("verdict"))
	if err != nil {
		return err
	}
	switch {
	case s.Verdict == cache.Right:
		c.Flash("Noted as right.")
	case s.Strict:
		c.Flash("Noted as wrong. Requests like this one get no answers of like questions any more.")
	default:
		c.Flash("Noted as wrong. Requests like this one get answers of strictly equal questions only.")
	}
	return c.See(likes)
}
