package web

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

func TestMomentsAreToldByDistanceThenByDateInTheOrganizationsZone(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	for text, at := range map[string]time.Time{
		"just now":               now.Add(-59 * time.Second),
		"1 min ago":              now.Add(-time.Minute),
		"23 h ago":               now.Add(-24*time.Hour + time.Second),
		"19 May, 14:00 CEST":     now.Add(-24 * time.Hour),
		"1 Jun, 00:00 CEST":      time.Date(2026, 5, 31, 22, 0, 0, 0, time.UTC),
		"31 Dec 2025, 23:00 CET": time.Date(2025, 12, 31, 22, 0, 0, 0, time.UTC),
	} {
		if got := when(at, now, berlin); got.Text != text {
			t.Errorf("%s prints as %q, want %q", at, got.Text, text)
		}
	}
	got := when(now, now, berlin)
	if got.ISO != "2026-05-20T12:00:00Z" || got.Full != "Wed 20 May 2026, 14:00:00 CEST" {
		t.Errorf("got %+v", got)
	}
}

func TestAmountsBelowACentKeepDigitsThatSaySomething(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		amount       money.USD
		short, exact string
	}{
		{0, "$0.00", "$0"},
		{12*money.Dollar + 410023441, "$12.41", "$12.410023441"},
		{1234 * money.Dollar, "$1,234.00", "$1234"},
		{money.Cent, "$0.01", "$0.01"},
		{money.Cent * 50, "$0.50", "$0.5"},
		{14_412_000, "$0.0144", "$0.014412"},
		{75 * money.Cent / 10, "$0.0750", "$0.075"},
		{2_000_000, "$0.0020", "$0.002"},
		{5_000, "$0.000005", "$0.000005"},
		{412_305, "$0.00041", "$0.000412305"},
		{1, "$0.000000001", "$0.000000001"},
		{-3 * money.Dollar / 2, "−$1.50", "−$1.5"},
	} {
		if short, exact := Dollars(tt.amount); short != tt.short || exact != tt.exact {
			t.Errorf("%d prints as %q, %q, want %q, %q", tt.amount, short, exact, tt.short, tt.exact)
		}
	}
}
