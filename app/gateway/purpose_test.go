package gateway

import "testing"

// A purpose is one word of reports, whatever a client writes, and never two tags.
func TestAPurposeIsATag(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ tags, purpose, want string }{
		{"", "", ""},
		{"", " Code Review ", "purpose=code-review"},
		{"project=apollo,team=x", "triage", "project=apollo,purpose=triage,team=x"},
		{"a=b,purpose=own", "triage", "a=b,purpose=own"},
		{"purpose=own", "triage", "purpose=own"},
		{"a=b", "x,project=theirs", "a=b,purpose=x-project-theirs"},
		{"a=b", "---", "a=b"},
		{"", "0123456789012345678901234567890123456789and more", "purpose=0123456789012345678901234567890123456789"},
		{"a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1,o=1,p=1", "full", "a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1,o=1,p=1"},
	} {
		if got := withPurpose(c.tags, c.purpose); got != c.want {
			t.Errorf("%q with the purpose %q is %q, want %q", c.tags, c.purpose, got, c.want)
		}
	}
}
