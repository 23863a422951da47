package compliance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// processing says what was processed for whom, and what became of rights and retention.
func (s *Service) processing(ctx context.Context, actor org.Actor, e *Evidence) error {
	e.Lead = "What went to which provider, how long it is kept, and what people asked to have done with their data."
	if err := s.usedBy(ctx, actor, e, "Requests by connection", []string{"Connection"}, usage.Connection); err != nil {
		return err
	}
	facts, err := s.Sources.Facts.Days(ctx, actor)
	if err != nil {
		return err
	}
	log, err := s.Sources.Log.Retention(ctx, actor)
	if err != nil {
		return err
	}
	e.Sheets = append(e.Sheets, Sheet{Title: "What is kept", Columns: []string{"What", "How long"}, Rows: [][]string{
		{"Texts of requests and answers", "not kept, but where a team wants it (Kept texts), for as many days as it says, and for answers that a cache policy keeps; encrypted"},
		{"Files of batches and their results", "30 days, encrypted"},
		{"Texts of stored prompts, datasets and what was answered in evaluations", "until somebody deletes them, encrypted"},
		{"Facts of single requests, without texts", kept(facts)}, {"Sums of usage and cost", "for ever"}, {"Audit log", kept(log)}}})
	holds, err := s.Store.Holds(ctx, actor.Org)
	if err != nil {
		return err
	}
	sheet := Sheet{Title: "Legal holds", Columns: []string{"About", "Set", "Ended", "Why"}, Note: "Those that were in force at some time of the month."}
	for _, h := range holds {
		if h.At.Before(e.To) && (h.InForce() || h.EndedAt.After(e.From)) {
			about, ended := "everybody", "in force"
			if !h.Member.IsZero() {
				about = h.Member.String()
			}
			if !h.InForce() {
				ended = day(h.EndedAt, e)
			}
			sheet.Rows = append(sheet.Rows, []string{about, day(h.At, e), ended, h.Reason})
		}
	}
	erased, err := s.Store.Erasures(ctx, actor.Org)
	if err != nil {
		return err
	}
	gone := Sheet{Title: "Erasures", Columns: []string{"Person", "When", "Why", "Rows"}, Figures: 1}
	for _, x := range erased {
		if !x.At.Before(e.From) && x.At.Before(e.To) {
			gone.Rows = append(gone.Rows, []string{x.Pseudonym, day(x.At, e), x.Reason, strconv.FormatInt(x.Rows(), 10)})
		}
	}
	e.Sheets = append(e.Sheets, sheet, gone)
	return nil
}

func kept(days int) string {
	if days == 0 {
		return "for ever"
	}
	return fmt.Sprintf("%d days", days)
}

func day(t time.Time, e *Evidence) string { return t.In(e.From.Location()).Format("2 January 2006") }

// access says who may do what, as of now: rights have no history but the audit log.
func (s *Service) access(ctx context.Context, actor org.Actor, e *Evidence) error {
	e.Lead = "Who may do what, and which keys they hold, as of now. How it came to be so is in the audit log."
	all, err := s.Sources.Members.Members(ctx, actor)
	if err != nil {
		return err
	}
	live, used := map[id.Member]int{}, map[id.Member]time.Time{}
	services := Sheet{Title: "Keys of services", Columns: []string{"Key", "Service account", "Made", "Last used"}}
	for q := (key.Query{Limit: 200}); ; {
		page, err := s.Sources.Keys.Find(ctx, actor, q)
		if err != nil {
			return err
		}
		for _, k := range page.Keys {
			if k.Member.IsZero() {
				services.Rows = append(services.Rows, []string{k.Name, k.Account, day(k.CreatedAt, e), lastUse(k.LastUsedAt, e)})
				continue
			}
			live[k.Member]++
			if k.LastUsedAt.After(used[k.Member]) {
				used[k.Member] = k.LastUsedAt
			}
		}
		if q.After = page.Next; q.After.IsZero() {
			break
		}
	}
	people := Sheet{Title: "People", Columns: []string{"Address", "Name", "Highest role", "Roles at", "State", "Since", "A key last used", "Keys"}, Figures: 1}
	for _, m := range all {
		places, noun := 0, "places"
		if len(m.Assignments) == 1 {
			noun = "place"
		}
		for _, a := range m.Assignments {
			if a.Role == m.Role {
				places++
			}
		}
		people.Rows = append(people.Rows, []string{m.Email, m.Name, string(m.Role), fmt.Sprintf("%d %s, %d as %s", len(m.Assignments), noun, places, m.Role), string(m.Status()), day(m.CreatedAt, e), lastUse(used[m.ID], e), strconv.Itoa(live[m.ID])})
	}
	e.Sheets = append(e.Sheets, people, services)
	return nil
}

func lastUse(t time.Time, e *Evidence) string {
	if t.IsZero() {
		return "never"
	}
	return day(t, e)
}

// allocation says whose the costs are.
func (s *Service) allocation(ctx context.Context, actor org.Actor, e *Evidence) error {
	e.Lead = "Whose the costs of the month are: by department and team, and by the tags that requests carry."
	for _, part := range []struct {
		title string
		by    usage.Dim
	}{{"Department", usage.Department}, {"Team", usage.Team}, {"Project", usage.Tag("project")}, {"Client", usage.Tag("client")}} {
		if err := s.usedBy(ctx, actor, e, "By "+strings.ToLower(part.title), []string{part.title}, part.by); err != nil {
			return err
		}
	}
	return nil
}

// purposes says what models were asked for.
func (s *Service) purposes(ctx context.Context, actor org.Actor, e *Evidence) error {
	e.Lead = "What models were used for: as requests say in x-bodhi-purpose, and by key and by the name that was asked for where they do not."
	if err := s.usedBy(ctx, actor, e, "By purpose", []string{"Purpose", "Model"}, usage.Tag("purpose"), usage.Model); err != nil {
		return err
	}
	if err := s.usedBy(ctx, actor, e, "By key", []string{"Key", "Model"}, usage.Key, usage.Model); err != nil {
		return err
	}
	return s.usedBy(ctx, actor, e, "By name asked for", []string{"Asked for", "Model"}, usage.Asked, usage.Model)
}

// subprocessors says who else processes the data, and where.
func (s *Service) subprocessors(ctx context.Context, actor org.Actor, e *Evidence) error {
	e.Lead = "Who processes what is asked, where, and on which terms. Regions and terms are as your admins declared them, else as the address names them."
	all, err := s.Sources.Connections.List(ctx, actor)
	if err != nil {
		return err
	}
	r, err := s.Sources.Usage.Query(ctx, actor, usage.Query{From: e.From, To: e.To, By: []usage.Dim{usage.Connection}, Top: 1000})
	if err != nil {
		return err
	}
	requests := map[string]int64{}
	for _, row := range r.Rows {
		if !row.Others && row.Values[0].Name != "" {
			requests[row.Values[0].Name] += row.Requests
		}
	}
	list := Sheet{Title: "Sub-processors", Columns: []string{"Connection", "Provider", "Address", "Region", "Keeps requests", "State", "Requests"}, Figures: 1}
	regions := map[string][2]int64{}
	for _, c := range all {
		offering, _ := provider.OfferingOf(c.Kind)
		region, keeps, state := c.Lives(), "not said", "in use"
		if region == "" {
			region = "unknown"
		}
		if c.Terms.ZeroRetention {
			keeps = "nothing, by contract"
		}
		if c.Disabled {
			state = "disabled"
		}
		list.Rows = append(list.Rows, []string{c.Name, offering.Title, provider.Origin(c.Kind, c.BaseURL), region, keeps, state, strconv.FormatInt(requests[c.Name], 10)})
		n := regions[region]
		regions[region] = [2]int64{n[0] + 1, n[1] + requests[c.Name]}
		delete(requests, c.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(requests)) { // they processed the month's data all the same
		list.Rows = append(list.Rows, []string{name, "unknown", "unknown", "unknown", "not said", "deleted or renamed", strconv.FormatInt(requests[name], 10)})
		n := regions["unknown"]
		regions["unknown"] = [2]int64{n[0] + 1, n[1] + requests[name]}
	}
	places := Sheet{Title: "Regions", Columns: []string{"Region", "Connections", "Requests"}, Figures: 2}
	for region, n := range regions {
		places.Rows = append(places.Rows, []string{region, strconv.FormatInt(n[0], 10), strconv.FormatInt(n[1], 10)})
	}
	slices.SortFunc(places.Rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	e.Sheets = append(e.Sheets, list, places)
	return nil
}
