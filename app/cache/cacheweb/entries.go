package cacheweb

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/cache"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func query(c *web.Context) cache.Query {
	q := cache.Query{Model: strings.TrimSpace(c.QueryParam("model")), ByHits: c.QueryParam("sort") == "hits"}
	if s := cache.Sharing(c.QueryParam("sharing")); s.Valid() {
		q.Sharing = s
	}
	if n, err := offset(c); err == nil { // a page begins anew
		q.Offset = n
	}
	return q
}

// furthest is how far a list is paged through, in rows: a database counts all of them up to there.
const furthest = 100_000

// offset is where a page of a list begins: its after.
func offset(c *web.Context) (int, error) {
	text := c.QueryParam("after")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > furthest {
		return 0, fault.Field("after", fmt.Sprintf("after is the next of the page before: a number up to %d. Leave it out for the first page.", furthest))
	}
	return n, nil
}

func (h *Handlers) entries(c *web.Context) error {
	q, prompt := query(c), c.QueryParam("prompt")
	list, more, err := h.cache.Entries(c.Ctx(), c.Actor(), q, prompt)
	if err != nil {
		return err
	}
	page := views.EntriesPage{Shell: c.Shell("Kept answers", "cache"), Tabs: tabs(entries), Model: q.Model, Prompt: prompt, Sharing: string(q.Sharing), Sort: c.QueryParam("sort")}
	page.Active = page.Model+page.Prompt+page.Sharing+page.Sort != ""
	for _, e := range list {
		page.Rows = append(page.Rows, entryRow(c, e))
	}
	page.None = ui.EmptyProps{Kind: ui.NeverAny, Icon: "bolt", Title: "Nothing is kept", Text: "Answers come here once a policy keeps them and somebody asks."}
	if page.Active {
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "Nothing matches", Text: "No kept answer that you may know of fits these filters.", Label: "Clear filters", Href: entries}
	}
	page.Pager = ui.PagerProps{Note: fmt.Sprint(cache.PageSize, " a page"), NewerLabel: "Back", OlderLabel: "More"}
	if q.Offset > 0 {
		page.Pager.Newer = address(c, max(q.Offset-cache.PageSize, 0))
	}
	if more {
		page.Pager.Older = address(c, q.Offset+cache.PageSize)
	}
	return c.Render(views.Entries(page))
}

func address(c *web.Context, offset int) string {
	v := url.Values{}
	for _, name := range []string{"model", "prompt", "sharing", "sort"} {
		if text := c.QueryParam(name); text != "" {
			v.Set(name, text)
		}
	}
	if offset > 0 {
		v.Set("after", strconv.Itoa(offset))
	}
	if len(v) == 0 {
		return entries
	}
	return entries + "?" + v.Encode()
}

func entryRow(c *web.Context, e cache.Shelved) views.Entry {
	r := views.Entry{Key: e.Key.String(), Short: e.Key.String()[:12], Model: or(e.Model, e.Asked), Asked: e.Asked, Provider: e.Provider, Who: who(c, e), Hits: web.Count(e.Hits),
		Size: fmt.Sprintf("%.1f KiB", float64(e.Size)/1024), Made: c.When(e.Made), Until: c.When(e.Fresh)}
	r.Saved, r.Exact = web.Dollars(e.Saved())
	return r
}

// who says who shares an entry.
func who(c *web.Context, e cache.Shelved) string {
	switch {
	case e.Sharing == cache.Org:
		return "everybody"
	case e.Sharing == cache.Team:
		return "a team"
	case e.Node == c.Actor().Member.UUID():
		return "you alone"
	case e.Member.IsZero():
		return "a service account's key"
	}
	return "a member alone"
}

func (h *Handlers) entry(c *web.Context) error {
	k, _ := cache.ParseKey(c.Param("key"))
	e, content, err := h.cache.Entry(c.Ctx(), c.Actor(), k)
	if err != nil {
		return err
	}
	r := entryRow(c, e)
	page := views.EntryPage{Shell: c.Shell("Kept answer", "cache"), Why: "Only those who would be given it can read it: the member, the team's members, or everybody. It may also be out of reach at the moment.", Facts: []ui.Fact{
		{Label: "Asked for", Value: e.Asked, Mono: true}, {Label: "Answered by", Value: e.Model + " of " + e.Provider, Mono: true}, {Label: "Shared by", Value: r.Who},
		{Label: "Hits", Value: r.Hits}, {Label: "Saved", Value: r.Saved, Title: r.Exact}, {Label: "It took", Value: lasted(e.Took)},
		{Label: "Made", Body: ui.Time(r.Made)}, {Label: "Given until", Body: ui.Time(r.Until)}, {Label: "Size", Value: r.Size}, {Label: "Key", Value: r.Key, Mono: true, Copy: true}}}
	if !e.LastHit.IsZero() {
		page.Facts = append(page.Facts, ui.Fact{Label: "Last given", Body: ui.Time(c.When(e.LastHit))})
	}
	if e.Stale.After(e.Fresh) {
		page.Facts = append(page.Facts, ui.Fact{Label: "While fetched anew, until", Body: ui.Time(c.When(e.Stale))})
	}
	if e.Until().After(e.Stale) {
		page.Facts = append(page.Facts, ui.Fact{Label: "For outages, until", Body: ui.Time(c.When(e.Until()))})
	}
	if content != nil {
		page.Shown, page.Prompt, page.Answer = true, content.Prompt, string(content.Body)
	}
	page.Likes = likes + "?entry=" + r.Key
	found, _, err := h.cache.Sightings(c.Ctx(), c.Actor(), cache.LikeQuery{Entry: k, Limit: mostRows})
	if err != nil {
		return err
	}
	for _, s := range found {
		page.Pairs = append(page.Pairs, pair(c, s))
	}
	if h.mayClear(c, e) {
		page.Clear = &ui.ConfirmProps{Label: "Clear", Icon: "trash", Title: "Clear this answer?", Text: "The next one who asks the same pays for a new one.", Action: root + "/clear", Button: "Clear it", Kind: ui.Destructive, Name: "what", Value: string(cache.CutEntry)}
		page.Key = r.Key
	}
	return c.Render(views.Show(page))
}

// mayClear guesses what the service will say, for the button.
func (h *Handlers) mayClear(c *web.Context, e cache.Shelved) bool {
	a := c.Actor()
	return cache.MayClear(a, e.Entry)
}

// apiTime is how times are told.
func apiTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// nodeID is who shares, as the API writes ids.
func nodeID(e cache.Entry) string {
	switch e.Sharing {
	case cache.Org:
		if o, err := id.ParseOrg(e.Node); err == nil {
			return o.String()
		}
	case cache.Team:
		if t, err := id.ParseTeam(e.Node); err == nil {
			return t.String()
		}
	}
	if !e.Member.IsZero() {
		return e.Member.String()
	}
	if k, err := id.ParseKey(e.Node); err == nil {
		return k.String()
	}
	return ""
}
