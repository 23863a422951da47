package approvalweb

import (
	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/approval"
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// decideForm is the page of a mailed link. It decides nothing.
func (h *Handlers) decideForm(c *web.Context) error {
	page, err := h.decidePage(c, c.QueryParam("t"))
	if err != nil {
		return err
	}
	return c.Render(views.Decide(page))
}

// stranger is the frame for somebody who need not be logged in, whoever may be.
func stranger(c *web.Context, title string) layout.Shell {
	s := c.Shell(title, "")
	s.OrgName, s.OrgSlug = "", ""
	return s
}

func (h *Handlers) decidePage(c *web.Context, token string) (views.DecidePage, error) {
	call, err := h.approvals.Summoned(c.Ctx(), c.Stranger(""), token)
	if err != nil {
		return views.DecidePage{}, err
	}
	return called(c, call, token), nil
}

func called(c *web.Context, call approval.Call, token string) views.DecidePage {
	who, what, facts := call.Words()
	page := views.DecidePage{Shell: stranger(c, "Decide"), Token: token, Organization: call.Organization.Name, Manager: call.Member.Email, Who: who, What: what}
	for _, f := range facts {
		page.Facts = append(page.Facts, ui.Fact{Label: f.Label, Value: f.Value})
	}
	return page
}

// decide presses one of the page's two buttons.
func (h *Handlers) decide(c *web.Context) error {
	token, note, verdict := c.FormValue("t"), c.FormValue("note"), c.FormValue("verdict")
	if verdict != "approve" && verdict != "deny" {
		page, err := h.decidePage(c, token)
		if err != nil {
			return err
		}
		page.Note, page.Error = note, "Choose: approve or deny."
		return c.Invalid(views.Decide(page))
	}
	call, err := h.approvals.DecideByLink(c.Ctx(), c.Stranger(""), token, verdict == "approve", note)
	if wrong, ok := web.Refused(err); ok {
		page, err := h.decidePage(c, token)
		if fault.Is(err, fault.NotFound) { // decided by somebody else meanwhile
			return err
		}
		if err != nil {
			return err
		}
		page.Note, page.Error = note, wrong.Form
		for _, text := range wrong.Fields {
			page.Error += text
		}
		return c.Invalid(views.Decide(page))
	}
	if err != nil {
		return err
	}
	page := called(c, call, "")
	page.Done = map[string]string{"approve": "Approved", "deny": "Denied"}[verdict] + ": " + page.What
	return c.Render(views.Decide(page))
}
