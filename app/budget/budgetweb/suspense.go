package budgetweb

import (
	"errors"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
)

// suspendedJSON is what one lost node may have spent of a budget. It counts as spent.
type suspendedJSON struct {
	Node        string    `json:"node"`
	Host        string    `json:"host"`
	Since       time.Time `json:"since"`
	PeriodStart time.Time `json:"period_start"`
	Measure     string    `json:"measure"`
	Amount      string    `json:"amount"` // exact decimal of USD, or a count
	Reason      string    `json:"reason"` // "node lost" or "journal damaged"
}

type suspenseList struct {
	Data []suspendedJSON `json:"data"`
}

// releaseInput releases what a node left on a budget. Without period_start in every period, without amount all of it.
type releaseInput struct {
	Node        string    `json:"node"`
	PeriodStart time.Time `json:"period_start"`
	Amount      string    `json:"amount"`
	Note        string    `json:"note"`
}

// releasedJSON is one release.
type releasedJSON struct {
	ID          string    `json:"id"`
	Node        string    `json:"node"`
	PeriodStart time.Time `json:"period_start"`
	Amount      string    `json:"amount"`
	By          string    `json:"by"`
	Note        string    `json:"note"`
	At          time.Time `json:"at"`
}

type releaseList struct {
	Data []releasedJSON `json:"data"`
}

func reason(x budget.Suspended) string {
	if x.Damaged {
		return "journal damaged"
	}
	return "node lost"
}

func (h *Handlers) suspenseRoutes() []web.Route {
	const one, api = "/budgets/:id/suspense", "/api/v1/budgets/:id/suspense"
	return []web.Route{
		{Method: http.MethodPost, Path: one, Name: "budgets.release", Guard: web.Person, Floor: org.Admin, Audit: "budget.suspense_released", Handle: h.release},
		{Method: http.MethodGet, Path: api, Name: "api.budgets.suspense", Guard: web.Token, Floor: org.Viewer, Handle: h.apiSuspense, Out: suspenseList{}},
		{Method: http.MethodPost, Path: api + "/release", Name: "api.budgets.release", Made: http.StatusCreated, Does: "Let what a lost node may have spent be spent again.", Guard: web.Token, Floor: org.Admin, Audit: "budget.suspense_released",
			Handle: h.apiRelease, In: releaseInput{}, Out: releaseList{}},
	}
}

func (h *Handlers) apiSuspense(c *web.Context) error {
	which, err := budgetID(c)
	if err != nil {
		return err
	}
	all, err := h.budgets.Suspense(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	out := suspenseList{Data: make([]suspendedJSON, len(all))}
	for i, x := range all {
		out.Data[i] = suspendedJSON{Node: x.Node.String(), Host: x.Host, Since: x.Since, PeriodStart: x.Start, Measure: x.Measure.String(),
			Amount: x.Measure.Plain(x.Amount), Reason: reason(x)}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiRelease(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[releaseInput](c)
	if err != nil {
		return err
	}
	want := budget.ReleaseInput{Start: in.PeriodStart, Note: in.Note}
	if want.Node, err = id.ParseNode(in.Node); err != nil {
		return fault.Field("node", "node is the id of a lost node, as the list of suspense has it.")
	}
	if in.Amount != "" {
		if want.Amount, err = e.Measure.Parse(in.Amount); err != nil || want.Amount <= 0 {
			return fault.Field("amount", "amount is an exact decimal of USD, or a count, above 0. Leave it out to release all.")
		}
	}
	made, err := h.budgets.Release(c.Ctx(), c.Actor(), e.ID, want)
	if err != nil {
		return err
	}
	out := releaseList{Data: make([]releasedJSON, len(made))}
	for i, r := range made {
		out.Data[i] = releasedJSON{ID: r.ID.String(), Node: r.Node.String(), PeriodStart: r.Start, Amount: e.Measure.Plain(r.Amount), By: r.By, Note: r.Note, At: r.At}
	}
	return c.JSON(http.StatusCreated, out)
}

// suspended are the page's lines of what lost nodes left, with a form below each where the reader may release it.
func (h *Handlers) suspended(c *web.Context, e budget.Entry) ([]views.Suspended, error) {
	all, err := h.budgets.Suspense(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return nil, err
	}
	out := make([]views.Suspended, len(all))
	for i, x := range all {
		out[i] = views.Suspended{Node: x.Node.String(), Host: x.Host, Since: c.When(x.Since), Start: x.Start.UTC().Format(time.RFC3339),
			Amount: amount(x.Measure, x.Amount), Damaged: x.Damaged, Action: root + "/" + e.ID.String() + "/suspense",
			CanRelease: c.Actor().Role.AtLeast(org.Admin)}
	}
	return out, nil
}

func (h *Handlers) release(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	node, nodeErr := id.ParseNode(c.FormValue("node"))
	start, startErr := time.Parse(time.RFC3339, c.FormValue("start"))
	if err := errors.Join(nodeErr, startErr); err != nil {
		return fault.New(fault.Conflict, "nothing_suspended", "This form is not one of ours any more. Open the budget again.").Because(err)
	}
	_, err = h.budgets.Release(c.Ctx(), c.Actor(), e.ID, budget.ReleaseInput{Node: node, Start: start, Note: c.FormValue("note")})
	if wrong, ok := web.Refused(err); ok {
		page, err := h.gather(c, e, gift{})
		if err != nil {
			return err
		}
		for i, x := range page.Suspended {
			if x.Node == node.String() && x.Start == c.FormValue("start") {
				page.Suspended[i].Note, page.Suspended[i].Error = c.FormValue("note"), wrong.Fields["note"]+wrong.Form
			}
		}
		return c.Invalid(views.Show(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Released. It can be spent again from the next request on.")
	return c.See(root + "/" + e.ID.String())
}
