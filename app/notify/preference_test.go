package notify_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/notify"
)

func TestAnHourlyDigestComesWhenAnHourOfItsReaderBegins(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{"": "10:00", "Asia/Kolkata": "09:30", "Asia/Kathmandu": "09:15", "America/New_York": "10:00"} {
		now := time.Date(2026, 11, 28, 9, 10, 11, 12, time.UTC)
		due := notify.Preferences{Digest: notify.Hourly, Zone: zone}.Due(notify.Budget, now, time.Time{}, time.UTC)
		if got := due.Format("15:04"); got != want || due.Second() != 0 || due.Nanosecond() != 0 {
			t.Errorf("in %q: at %s, want %s UTC", zone, due, want)
		}
	}
	full := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	if due := (notify.Preferences{Digest: notify.Hourly}).Due(notify.Budget, full, time.Time{}, time.UTC); !due.Equal(full.Add(time.Hour)) {
		t.Errorf("what happens as an hour begins is of that hour: %s", due)
	}
}
