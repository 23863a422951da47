package bulletinweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// figuresJSON are totals of a period.
type figuresJSON struct {
	CostUSD      money.USD `json:"cost_usd"`
	Requests     int64     `json:"requests"`
	Failed       int64     `json:"failed"`
	Refused      int64     `json:"refused"`
	InputTokens  int64     `json:"input_tokens"`
	CachedTokens int64     `json:"cached_tokens"`
	OutputTokens int64     `json:"output_tokens"`
}

// lineJSON is one value of a part. Those that are not listed are summed up in one with others.
type lineJSON struct {
	ID        string    `json:"id,omitempty"`
	Name      string    `json:"name"`
	Others    bool      `json:"others,omitempty"`
	CostUSD   money.USD `json:"cost_usd"`
	BeforeUSD money.USD `json:"before_usd"`
	Requests  int64     `json:"requests"`
	Failed    int64     `json:"failed"`
}

// partJSON divides the total by a dimension; its lines add up to it.
type partJSON struct {
	By    string     `json:"by"`
	Lines []lineJSON `json:"lines"`
}

// standingJSON is how a budget stood.
type standingJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Used    string `json:"used"`
	Limit   string `json:"limit"`
	Percent int64  `json:"percent"`
	Outlook string `json:"outlook,omitempty"`
}

// adviceJSON is something worth doing.
type adviceJSON struct {
	Title    string    `json:"title"`
	Text     string    `json:"text"`
	Path     string    `json:"path,omitempty"` // of the page where it can be done
	SavesUSD money.USD `json:"saves_usd"`
}

// changeJSON is a change of a route and what came after it.
type changeJSON struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// copyJSON is one copy of an edition.
type copyJSON struct {
	Member  string     `json:"member"`
	Status  string     `json:"status"` // waiting, sent, dropped; ordered for those older than 90 days
	SentAt  *time.Time `json:"sent_at"`
	Problem string     `json:"problem,omitempty"`
}

// editionJSON is one number of a report. In lists and before it is sent some fields are missing.
type editionJSON struct {
	ID      string         `json:"id,omitempty"` // missing in a preview
	Report  string         `json:"report"`
	Kind    string         `json:"kind"`
	Scope   string         `json:"scope"`
	From    time.Time      `json:"from"`
	To      time.Time      `json:"to"`
	MadeAt  *time.Time     `json:"made_at,omitempty"` // missing in a preview, which is of now
	By      string         `json:"by,omitempty"`      // who sent it; missing for the schedule
	Title   string         `json:"title,omitempty"`
	Zone    string         `json:"zone,omitempty"`
	Now     *figuresJSON   `json:"now,omitempty"`
	Before  *figuresJSON   `json:"before,omitempty"`
	Parts   []partJSON     `json:"parts,omitempty"`
	Budgets []standingJSON `json:"budgets,omitempty"`
	Advice  []adviceJSON   `json:"advice,omitempty"`
	Changes []changeJSON   `json:"changes,omitempty"` // what changes of routes came to
	Copies  []copyJSON     `json:"copies,omitempty"`
	// Evidence is what a kind of evidence says, which has no figures.
	Evidence *evidenceJSON `json:"evidence,omitempty"`
}

// editionList is a page of the archive, newest first.
type editionList struct {
	Data []editionJSON `json:"data"`
	Next string        `json:"next,omitempty"` // give it as ?after=
}

func editionOut(e bulletin.Edition) editionJSON {
	out := editionJSON{Report: e.Report.String(), Kind: string(e.Kind), Scope: scopeOf(e.Org, e.Team), From: e.From, To: e.To, By: e.By}
	if !e.ID.IsZero() {
		out.ID, out.MadeAt = e.ID.String(), &e.MadeAt
	}
	c := e.Content
	if c.Whose == "" {
		return out
	}
	out.Title, out.Zone = title(e), c.Zone
	if c.Evidence != nil {
		out.Evidence = evidenceOut(c.Evidence)
		return out
	}
	now, before := figuresOut(c.Now), figuresOut(c.Before)
	out.Now, out.Before = &now, &before
	for _, p := range c.Parts {
		part := partJSON{By: lower(p.By), Lines: []lineJSON{}}
		for _, l := range p.Lines {
			part.Lines = append(part.Lines, lineJSON{l.ID, l.Name, l.Others, l.Cost, l.Before, l.Requests, l.Failed})
		}
		out.Parts = append(out.Parts, part)
	}
	for _, b := range c.Budgets {
		out.Budgets = append(out.Budgets, standingJSON{b.ID, b.Name, b.Used, b.Limit, b.Percent, b.Outlook})
	}
	for _, x := range c.Changes {
		out.Changes = append(out.Changes, changeJSON(x))
	}
	for _, a := range c.Advice {
		out.Advice = append(out.Advice, adviceJSON{a.Title, a.Text, a.Path, a.Saves})
	}
	return out
}

func figuresOut(f bulletin.Figures) figuresJSON {
	return figuresJSON{f.Cost, f.Requests, f.Failed, f.Refused, f.Input, f.Cached, f.Output}
}

func (h *Handlers) apiPreview(c *web.Context) error {
	which, err := reportID(c)
	if err != nil {
		return err
	}
	e, err := h.reports.Preview(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, editionOut(e))
}

func (h *Handlers) apiSend(c *web.Context) error {
	which, err := reportID(c)
	if err != nil {
		return err
	}
	e, err := h.reports.SendNow(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, editionOut(e))
}

func (h *Handlers) apiArchive(c *web.Context) error {
	limit, err := c.Limit()
	if err != nil {
		return err
	}
	q, err := h.archiveQuery(c, limit+1)
	if err != nil {
		return err
	}
	sent, err := h.reports.Archive(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := editionList{Data: []editionJSON{}}
	if len(sent) > limit {
		sent = sent[:limit]
		out.Next = sent[limit-1].ID.String()
	}
	for _, e := range sent {
		out.Data = append(out.Data, editionOut(e))
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiEdition(c *web.Context) error {
	e, err := h.getEdition(c)
	if err != nil {
		return err
	}
	copies, err := h.reports.Deliveries(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return err
	}
	out := editionOut(e)
	for _, d := range copies {
		one := copyJSON{Member: d.Member.String(), Status: string(d.Status), Problem: d.Problem}
		if !d.SentAt.IsZero() {
			one.SentAt = &d.SentAt
		}
		out.Copies = append(out.Copies, one)
	}
	return c.JSON(http.StatusOK, out)
}
