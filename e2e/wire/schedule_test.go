package wire

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAScheduleMakesABatchByItself sets one up from the command line that comes each minute, and waits for the first batch that nobody asked for.
func TestAScheduleMakesABatchByItself(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	w.Setenv("BODHI_URL="+w.URL, "BODHI_TOKEN="+w.AdminToken)
	read := func(out any, args ...string) {
		t.Helper()
		if text := w.Run(t, append(args, "--json")...); json.Unmarshal(text, out) != nil {
			t.Fatalf("%v printed %s", args, text)
		}
	}
	table := filepath.Join(t.TempDir(), "reviews.csv")
	if err := os.WriteFile(table, []byte("id,review\nr1,Late\nr2,Lovely\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var keys []struct {
		ID string `json:"id"`
	}
	read(&keys, "key", "list")
	var made struct {
		ID    string `json:"id"`
		Lines int    `json:"lines"`
	}
	read(&made, "batch", "schedule", "create", table, "--name", "Each minute", "--cron", "* * * * *", "--zone", "Europe/Berlin", "--key", keys[0].ID, "--model", "smart", "--prompt", "Positive? {{review}}", "--id-column", "id", "--max-output", "20")
	if made.Lines != 2 {
		t.Fatalf("%+v", made)
	}
	var runs []struct {
		Outcome string `json:"outcome"`
		ByHand  bool   `json:"by_hand"`
		Batch   *struct {
			State string `json:"state"`
			Done  int    `json:"done"`
		} `json:"batch"`
	}
	for late := time.After(100 * time.Second); ; {
		if read(&runs, "batch", "schedule", "runs", made.ID); len(runs) > 0 && runs[0].Batch != nil && runs[0].Batch.State == "completed" {
			break
		}
		select {
		case <-late:
			t.Fatalf("nothing was made: %+v", runs)
		case <-time.After(500 * time.Millisecond):
		}
	}
	if r := runs[0]; r.Outcome != "made" || r.ByHand || r.Batch.Done != 2 {
		t.Errorf("%+v", r)
	}
	var hours struct {
		Opens string   `json:"opens"`
		Days  []string `json:"days"`
	}
	read(&hours, "batch", "hours", "--opens", "21:30", "--days", "sunday")
	if hours.Opens != "21:30" || len(hours.Days) != 1 {
		t.Errorf("%+v", hours)
	}
	w.Run(t, "batch", "schedule", "delete", made.ID)
}
