package usageweb

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// export is GET /usage/export and GET /api/v1/usage/export: ?format=csv, json or focus, and what Read reads.
func (h *Handlers) export(c *web.Context) error {
	switch format := c.QueryParam("format"); format {
	case "focus":
		return h.focus(c)
	case "", "csv", "json":
		r, err := h.answer(c)
		if err != nil {
			return err
		}
		if format == "json" {
			return c.Download(filename("usage", r.Query, r.Zone)+".json", "application/json", func() error { return encode(c, reportOut(r)) })
		}
		header, rows := table(r)
		return c.CSV(filename("usage", r.Query, r.Zone)+".csv", header, rows)
	}
	return fault.Field("format", "format is csv, json or focus.")
}

// encode writes a document as JSON.
func encode(c *web.Context, v any) error { return json.NewEncoder(c.Response()).Encode(v) }

// filename says what a file is about: its first and last day.
func filename(what string, q usage.Query, zone *time.Location) string {
	return fmt.Sprintf("%s-%s-%s", what, q.From.In(zone).Format(time.DateOnly), q.To.Add(-time.Nanosecond).In(zone).Format(time.DateOnly))
}

// table is a result as rows of cells: one for each row, or with a grain for each of its steps.
func table(r usage.Result) (header []string, rows [][]string) {
	header = []string{"from", "to", "zone"}
	for _, d := range r.Query.By {
		header = append(header, string(d), string(d)+"_name")
	}
	header = append(header, "requests", "refused", "failed", "attempts", "input_tokens", "cached_tokens", "output_tokens", "cost", "currency")
	line := func(s usage.Step, row usage.Row, t usage.Totals) {
		out := []string{s.From.In(r.Zone).Format(time.RFC3339), s.To.In(r.Zone).Format(time.RFC3339), r.Zone.String()}
		for i := range r.Query.By {
			if row.Others {
				out = append(out, "", "(others)")
				continue
			}
			out = append(out, row.Values[i].ID, row.Values[i].Name)
		}
		for _, n := range []int64{t.Requests, t.Refused, t.Failed, t.Attempts, t.Input, t.Cached, t.Output} {
			out = append(out, strconv.FormatInt(n, 10))
		}
		rows = append(rows, append(out, t.Cost.String(), "USD"))
	}
	for _, row := range r.Rows {
		if len(r.Steps) == 0 {
			line(usage.Step{From: r.Query.From, To: r.Query.To}, row, row.Totals)
		}
		for i, s := range r.Steps {
			line(s, row, row.Series[i])
		}
	}
	return header, rows
}

// focusColumns are those of the FinOps Open Cost and Usage Specification that a gateway can say something true in. What a
// provider's own invoice says is not known here, so a charge's list, contracted, billed and effective cost are the one that
// the ledger booked.
var focusColumns = []string{"BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass",
	"ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "EffectiveCost", "InvoiceIssuerName",
	"ListCost", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "SubAccountId",
	"SubAccountName"}

// focus is a finance export: a charge for each day, team, model and connection.
func (h *Handlers) focus(c *web.Context) error {
	zone, err := h.Usage.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	q, err := Read(c.QueryParams(), h.Usage.Now(), zone)
	if err != nil {
		return err
	}
	if len(q.By)+len(q.Where) > 0 {
		return fault.Field("format", "A finance export is of everything that you may see, by day, team, model and connection. Leave out by and all filters.")
	}
	charges, zone, err := h.Usage.Charges(c.Ctx(), c.Actor(), q.From, q.To)
	if err != nil {
		return err
	}
	account := c.Actor().Org.String()
	rows := make([][]string, len(charges))
	for i, x := range charges {
		rows[i] = charge(x, account, zone)
	}
	return c.CSV(filename("focus", q, zone)+".csv", focusColumns, rows)
}

func charge(x usage.Charge, account string, zone *time.Location) []string {
	moment := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
	y, m, _ := x.From.In(zone).Date()
	month := time.Date(y, m, 1, 12, 0, 0, 0, zone)
	begins, ends := usage.DayOf(month, zone, 0), usage.DayOf(month.AddDate(0, 1, 0), zone, 0)
	cost, tokens := x.Cost.String(), strconv.FormatInt(x.Tokens(), 10)
	team := x.Team.Name
	if x.Team.ID == "" {
		team = "No team"
	}
	return []string{cost, account, account, "USD", moment(ends), moment(begins), "Usage", "",
		fmt.Sprintf("%d requests to %s", x.Attempts, x.Model.Name), "Usage-Based", moment(x.To), moment(x.From), tokens, "Tokens", cost, cost, x.Connection.Name,
		cost, tokens, "Tokens", x.Connection.Name, x.Connection.Name, x.Model.ID, x.Model.Name, "Model", "AI and Machine Learning", x.Model.Name, x.Team.ID,
		team}
}
