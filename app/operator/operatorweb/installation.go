package operatorweb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/operator"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) health(c *web.Context) error {
	nodes, err := h.Service.Nodes(c.Ctx(), c.Operator())
	if err != nil {
		return err
	}
	queue, err := h.Service.Queue(c.Ctx(), c.Operator())
	if err != nil {
		return err
	}
	p := views.HealthPage{Shell: c.ConsoleShell("Health", "health"), Queue: queueFacts(c, queue)}
	for _, n := range nodes {
		p.Nodes = append(p.Nodes, views.Node{Label: n.Label, Version: n.Version, Status: alive(n, c.Now()), Started: c.When(n.StartedAt), Seen: c.When(n.SeenAt), Written: c.When(n.PostedAt)})
	}
	for _, f := range h.Checks(c.Ctx()) {
		tone, label := ui.Good, "Fine"
		switch f.State {
		case "warn":
			tone, label = ui.Warn, "Look at it"
		case "fail":
			tone, label = ui.Bad, "Broken"
		}
		p.Findings = append(p.Findings, views.Finding{What: f.What, Says: f.Says, Status: ui.StatusProps{Tone: tone, Label: label}})
	}
	return c.Render(views.Health(p))
}

// silence is after how long without a sign a node is said to be silent; they give one every few seconds.
const silence = time.Minute

func alive(n operator.Node, now time.Time) ui.StatusProps {
	switch {
	case !n.LeftAt.IsZero():
		return ui.StatusProps{Tone: ui.Neutral, Label: "Left"}
	case now.Sub(n.SeenAt) > silence:
		return ui.StatusProps{Tone: ui.Bad, Label: "Silent", Title: "It did not say that it leaves, and gives no sign of life."}
	}
	return ui.StatusProps{Tone: ui.Good, Label: "Running"}
}

func queueFacts(c *web.Context, q operator.Queue) []ui.Fact {
	lag := ui.Fact{Label: "Oldest that waits", Value: "none waits"}
	if !q.Oldest.IsZero() {
		lag = ui.Fact{Label: "Oldest that waits", Value: "for " + c.Now().Sub(q.Oldest).Round(time.Second).String()}
	}
	return []ui.Fact{{Label: "Ready to run", Value: web.Count(q.Waiting)}, lag, {Label: "Given up", Value: web.Count(q.Failed), Href: root + "/jobs"}}
}

func (h *Handlers) settings(c *web.Context) error {
	p, err := h.settingsPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Settings(p))
}

func (h *Handlers) settingsPage(c *web.Context) (views.SettingsPage, error) {
	now, err := h.Service.Settings(c.Ctx(), c.Operator())
	p := views.SettingsPage{Shell: c.ConsoleShell("Settings", "settings"), SignUpClosed: now.SignUpClosed, Announcement: now.Announcement, BackupDays: strconv.Itoa(now.Warn()), Given: h.Given}
	p.Defaults = map[string]string{}
	whole := now.Defaults.Whole()
	for _, d := range operator.Ranges {
		p.Defaults[d.Name] = strconv.Itoa(*d.Of(&whole))
	}
	switch c.QueryParam("done") {
	case "saved":
		p.Shell.Flash = "Saved. It holds on every node within a second."
	case "mail":
		p.Shell.Flash = "The test mail was handed over. Look into the inbox."
	}
	return p, err
}

func (h *Handlers) set(c *web.Context) error {
	in := operator.Settings{SignUpClosed: c.FormValue("sign_up_closed") != "", Announcement: c.FormValue("announcement"), BackupDays: number(c, "backup_days")}
	for _, d := range operator.Ranges {
		*d.Of(&in.Defaults) = number(c, d.Name)
	}
	err := h.Service.Set(c.Ctx(), c.Operator(), in)
	if r, ok := web.Refused(err); ok {
		p, err := h.settingsPage(c)
		if err != nil {
			return err
		}
		p.SignUpClosed, p.Announcement, p.BackupDays, p.Error, p.Errors = in.SignUpClosed, in.Announcement, c.FormValue("backup_days"), r.Form, r.Fields
		for name := range p.Defaults {
			p.Defaults[name] = c.FormValue(name)
		}
		return c.Invalid(views.Settings(p))
	}
	if err != nil {
		return err
	}
	return c.See(root + "/settings?done=saved")
}

// number is a field's; what is none, or 0, is refused with what is allowed.
func number(c *web.Context, field string) int {
	n, err := strconv.Atoi(strings.TrimSpace(c.FormValue(field)))
	if err != nil || n == 0 {
		return -1
	}
	return n
}

func (h *Handlers) mail(c *web.Context) error {
	to := strings.TrimSpace(c.FormValue("to"))
	err := h.Mail(c.Ctx(), to)
	if err == nil {
		return c.See(root + "/settings?done=mail")
	}
	p, wrong := h.settingsPage(c)
	if wrong != nil {
		return wrong
	}
	p.Mail = views.MailForm{Value: to, Error: err.Error()}
	if r, ok := web.Refused(err); ok {
		p.Mail.Error = r.Fields["to"] + r.Form
	}
	return c.Invalid(views.Settings(p))
}

func (h *Handlers) backups(c *web.Context) error {
	const most = 20
	all, err := h.Service.Backups(c.Ctx(), c.Operator(), most)
	if err != nil {
		return err
	}
	now, err := h.Service.Settings(c.Ctx(), c.Operator())
	if err != nil {
		return err
	}
	p := views.BackupsPage{Shell: c.ConsoleShell("Backups & version", "backups"), Program: h.Program, Warning: operator.Overdue(all, now, c.Now())}
	for _, b := range all {
		p.Rows = append(p.Rows, views.Backup{At: c.When(b.At), Version: b.Version, Rows: fmt.Sprint(b.Rows)})
	}
	return c.Render(views.Backups(p))
}
