package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// query is one page of a report: the days [from, until).
type query struct {
	base        string // the connection's base URL
	key         secret.String
	narrow      string
	from, until time.Time
	page        string // the provider's cursor, "" for the first page
}

// bucket is what a page says of a day.
type bucket struct {
	day   Date
	lines []Line
}

// source is one provider's cost report: how to ask, and how to read.
type source struct {
	title   string // of the credential, for people
	narrow  string // what narrows it, for people
	request func(ctx context.Context, q query) (*http.Request, error)
	read    func(body []byte, narrow string) (days []bucket, next string, err error)
}

// sources are the providers that tell what they cost.
var sources = map[provider.Kind]source{
	provider.OpenAI:    {title: "Admin API key", narrow: "Project id", request: askOpenAI, read: readOpenAI},
	provider.Anthropic: {title: "Admin API key", narrow: "Workspace id", request: askAnthropic, read: readAnthropic},
}

func get(ctx context.Context, base, path string, values url.Values) (*http.Request, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil {
		return nil, err
	}
	u = u.JoinPath(path)
	u.RawQuery = values.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err == nil {
		r.Header.Set("Accept", "application/json")
	}
	return r, err
}

// askOpenAI is GET /v1/organization/costs, by line item.
func askOpenAI(ctx context.Context, q query) (*http.Request, error) {
	values := url.Values{"start_time": {strconv.FormatInt(q.from.Unix(), 10)}, "end_time": {strconv.FormatInt(q.until.Unix(), 10)},
		"bucket_width": {"1d"}, "limit": {"31"}, "group_by[]": {"line_item"}}
	if q.narrow != "" {
		values.Set("project_ids[]", q.narrow)
	}
	if q.page != "" {
		values.Set("page", q.page)
	}
	r, err := get(ctx, q.base, "organization/costs", values)
	if err == nil {
		r.Header.Set("Authorization", "Bearer "+q.key.Reveal())
	}
	return r, err
}

// readOpenAI reads a page of costs: amounts are dollars, as JSON numbers.
func readOpenAI(body []byte, _ string) ([]bucket, string, error) {
	var page struct {
		Data *[]struct {
			Start   int64 `json:"start_time"`
			Results []struct {
				Amount struct {
					Value    json.Number `json:"value"`
					Currency string      `json:"currency"`
				} `json:"amount"`
				LineItem *string `json:"line_item"`
			} `json:"results"`
		} `json:"data"`
		HasMore bool    `json:"has_more"`
		Next    *string `json:"next_page"`
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, "", fmt.Errorf("the report is not the JSON that is expected: %w", err)
	}
	if page.Data == nil {
		return nil, "", errShape
	}
	var out []bucket
	for _, b := range *page.Data {
		day := bucket{day: DateOf(time.Unix(b.Start, 0))}
		for _, r := range b.Results {
			cost, err := amount(r.Amount.Value.String(), r.Amount.Currency, 0)
			if err != nil {
				return nil, "", err
			}
			day.add(named(r.LineItem), cost)
		}
		out = append(out, day)
	}
	return out, follow(page.HasMore, page.Next), nil
}

// askAnthropic is GET /v1/organizations/cost_report, by workspace and description.
func askAnthropic(ctx context.Context, q query) (*http.Request, error) {
	values := url.Values{"starting_at": {q.from.UTC().Format(time.RFC3339)}, "ending_at": {q.until.UTC().Format(time.RFC3339)},
		"bucket_width": {"1d"}, "limit": {"31"}, "group_by[]": {"workspace_id", "description"}}
	if q.page != "" {
		values.Set("page", q.page)
	}
	r, err := get(ctx, strings.TrimSuffix(strings.TrimRight(q.base, "/"), "/v1"), "v1/organizations/cost_report", values)
	if err == nil {
		r.Header.Set("x-api-key", q.key.Reveal())
		r.Header.Set("anthropic-version", "2023-06-01")
	}
	return r, err
}

// readAnthropic reads a page of the cost report: amounts are cents, as decimal strings. It cannot be asked for one
// workspace, so others are left out here.
func readAnthropic(body []byte, narrow string) ([]bucket, string, error) {
	var page struct {
		Data *[]struct {
			Start   time.Time `json:"starting_at"`
			Results []struct {
				Amount      string  `json:"amount"`
				Currency    string  `json:"currency"`
				Workspace   *string `json:"workspace_id"`
				Description *string `json:"description"`
				Model       *string `json:"model"`
			} `json:"results"`
		} `json:"data"`
		HasMore bool    `json:"has_more"`
		Next    *string `json:"next_page"`
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, "", fmt.Errorf("the report is not the JSON that is expected: %w", err)
	}
	if page.Data == nil {
		return nil, "", errShape
	}
	var out []bucket
	for _, b := range *page.Data {
		day := bucket{day: DateOf(b.Start)}
		for _, r := range b.Results {
			cost, err := amount(r.Amount, r.Currency, -2)
			if err != nil {
				return nil, "", err
			}
			if narrow == "" || r.Workspace != nil && *r.Workspace == narrow {
				item := named(r.Description)
				if r.Description == nil {
					item = named(r.Model)
				}
				day.add(item, cost)
			}
		}
		out = append(out, day)
	}
	return out, follow(page.HasMore, page.Next), nil
}

var errShape = errors.New("the report has no data field")

// add sums lines of one name.
func (b *bucket) add(item string, cost money.USD) {
	for i := range b.lines {
		if b.lines[i].Item == item {
			b.lines[i].Cost += cost
			return
		}
	}
	b.lines = append(b.lines, Line{item, cost})
}

// maxItem keeps a line item's name to what fits a page and an index.
const maxItem = 200

func named(s *string) string {
	if s == nil || *s == "" {
		return "not told"
	}
	name := strings.ToValidUTF8(strings.ReplaceAll(*s, "\x00", ""), "")
	if len(name) > maxItem {
		name = strings.ToValidUTF8(name[:maxItem], "")
	}
	return name
}

// follow is the cursor of the next page.
func follow(more bool, next *string) string {
	if !more || next == nil {
		return ""
	}
	return *next
}

// largest is what a line can cost at most: far above any account, far below where sums wrap.
var largest = decimal.New(100_000_000, 0)

// amount reads a reported amount, shifted to dollars, and rounds it to the nano-dollar. Credits are negative.
func amount(text, currency string, shift int32) (money.USD, error) {
	if !strings.EqualFold(currency, "usd") {
		return 0, fmt.Errorf("the report is in %q; only USD can be compared", currency)
	}
	if len(text) > 60 {
		return 0, errAmount
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() < -40 || d.Exponent() > 10 {
		return 0, errAmount
	}
	d = d.Shift(shift)
	if d.Abs().GreaterThan(largest) {
		return 0, errAmount
	}
	return money.USD(d.Shift(9).Round(0).IntPart()), nil
}

var errAmount = errors.New("the report has an amount that cannot be")
