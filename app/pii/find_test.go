package pii

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// sees are the kinds and texts that all detectors find.
func sees(text, near string) string {
	var out []string
	for _, h := range Find(nil, []byte(text), []byte(near), All, 1000) {
		out = append(out, h.Kind.Name()+":"+text[h.From:h.To])
	}
	return strings.Join(out, " | ")
}

func TestDetectorsFindWhatIsMeant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"write to ada@acme.test, please":                                   "email:ada@acme.test",
		"<Ada.Love-lace+tag@mail.acme.co.uk>.":                             "email:Ada.Love-lace+tag@mail.acme.co.uk",
		"(müller@bücher.de)":                                               "email:müller@bücher.de",
		"联系ada@acme.test请":                                                 "email:ada@acme.test",
		"https://x.test/?u=ada%40acme.test&x=1":                            "email:ada%40acme.test",
		"a@b.de,c@d.fr;e@f.com":                                            "email:a@b.de | email:c@d.fr | email:e@f.com",
		"mailto:ada@acme.test?subject=x":                                   "email:ada@acme.test",
		"_x@acme.test":                                                     "email:_x@acme.test",
		"o'brien@xn--80ak6aa92e.xn--p1ai":                                  "email:o'brien@xn--80ak6aa92e.xn--p1ai",
		"from 203.0.113.77, port 443":                                      "ip:203.0.113.77",
		"http://93.184.216.34:8080/x":                                      "ip:93.184.216.34",
		"[2a00:1450:4001:82a::200e]:443":                                   "ip:2a00:1450:4001:82a::200e",
		"Passport No: C01X00T47.":                                          "passport:C01X00T47",
		"my US passport is 340020013":                                      "passport:340020013",
		"Reisepassnummer C01X00T47, gültig":                                "passport:C01X00T47",
		"passeport 12AB34567":                                              "passport:12AB34567",
		"MORGA657054SM9IJ":                                                 "driver_license:MORGA657054SM9IJ",
		"FOX99612040JA9AB":                                                 "driver_license:FOX99612040JA9AB",
		"driver's license D1234567":                                        "driver_license:D1234567",
		"Driver License #: S123-4567-8901":                                 "driver_license:S123-4567-8901",
		"permis de conduire 123456789012":                                  "driver_license:123456789012",
		"card 4111111111111111.":                                           "card:4111111111111111",
		"4111 1111 1111 1111 exp 12/27":                                    "card:4111 1111 1111 1111",
		"4111-1111-1111-1111":                                              "card:4111-1111-1111-1111",
		"4111\u00a01111\u00a01111\u00a01111":                               "card:4111\u00a01111\u00a01111\u00a01111",
		"amex 3782 822463 10005":                                           "card:3782 822463 10005",
		"378282246310005":                                                  "card:378282246310005",
		"5555555555554444, 2223003122003222":                               "card:5555555555554444 | card:2223003122003222",
		"6011 1111 1111 1117 30569309025904":                               "card:6011 1111 1111 1117 | card:30569309025904",
		"3530111333300000 / 6205500000000000004":                           "card:3530111333300000 | card:6205500000000000004",
		"123-45-6789":                                                      "ssn:123-45-6789",
		"SSN 123 45 6789":                                                  "ssn:123 45 6789",
		"my social security number is 123456789":                           "ssn:123456789",
		"DE89 3704 0044 0532 0130 00 is mine":                              "iban:DE89 3704 0044 0532 0130 00",
		"IBAN:GB82WEST12345698765432.":                                     "iban:GB82WEST12345698765432",
		"fr1420041010050500013m02606":                                      "iban:fr1420041010050500013m02606",
		"NO93 8601 1117 947":                                               "iban:NO93 8601 1117 947",
		"call +49 30 901820":                                               "phone:+49 30 901820",
		"+1 (415) 555-2671":                                                "phone:+1 (415) 555-2671",
		"+4915112345678 or +44 (0)20 7946 0958":                            "phone:+4915112345678 | phone:+44 (0)20 7946 0958",
		"(415) 555-2671":                                                   "phone:(415) 555-2671",
		"415-555-2671, 415.555.2671 and 1-415-555-2671":                    "phone:415-555-2671 | phone:415.555.2671 | phone:1-415-555-2671",
		"tel. 415 555 2671":                                                "phone:415 555 2671",
		"Phone: 4155552671":                                                "phone:4155552671",
		"Tel: 030 901820-0":                                                "phone:030 901820-0",
		"Telefon 030 9018200":                                              "phone:030 9018200",
		"mobile 07700 900123":                                              "phone:07700 900123",
		"06 12 34 56 78":                                                   "phone:06 12 34 56 78",
		"Tel 0049 30 901820":                                               "phone:0049 30 901820",
		"key sk-ant-api03-" + strings.Repeat("aB3_", 20):                   "secret:sk-ant-api03-" + strings.Repeat("aB3_", 20),
		"OPENAI_API_KEY=sk-proj-" + strings.Repeat("aB3d", 20):             "secret:sk-proj-" + strings.Repeat("aB3d", 20),
		"sk-abcdefghijklmnopqrst1234567890ABCDEFGHIJ":                      "secret:sk-abcdefghijklmnopqrst1234567890ABCDEFGHIJ",
		"AKIAIOSFODNN7EXAMPLE":                                             "secret:AKIAIOSFODNN7EXAMPLE",
		"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "secret:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		`"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"`:    "secret:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"ghp_" + strings.Repeat("aB3d", 9):                                 "secret:ghp_" + strings.Repeat("aB3d", 9),
		"github_pat_" + strings.Repeat("aB3d", 20) + ".":                   "secret:github_pat_" + strings.Repeat("aB3d", 20),
		"AIza" + strings.Repeat("aB3d_", 7):                                "secret:AIza" + strings.Repeat("aB3d_", 7),
		"xoxb-123456789012-abcdefABCDEF":                                   "secret:xoxb-123456789012-abcdefABCDEF",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U": "secret:eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\nx":                      "secret:-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
		"-----BEGIN PRIVATE KEY-----\nMIIB":                                                            "secret:-----BEGIN PRIVATE KEY-----\nMIIB",
		"hf_" + strings.Repeat("aBcd", 9) + ", gsk_" + strings.Repeat("aB3d", 13):                      "secret:hf_" + strings.Repeat("aBcd", 9) + " | secret:gsk_" + strings.Repeat("aB3d", 13),
	} {
		if got := sees(text, ""); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
	for near, want := range map[string]string{"phone_number": "phone:4155552671", "total": "", "ssn": ""} {
		if got := sees("4155552671", near); got != want {
			t.Errorf("in %q: %s", near, got)
		}
	}
	mint, _, err := secret.Mint(nil, secret.VirtualKey, secret.Live)
	if err != nil {
		t.Fatal(err)
	}
	key := mint.Reveal()
	if got := sees("use "+key+" here", ""); got != "secret:"+key {
		t.Errorf("our own key: %d found", strings.Count(got, "secret"))
	}
	if got := sees("use "+key[:len(key)-1]+"! here", ""); got != "" {
		t.Error("a key of ours with a wrong checksum is found")
	}
}

func TestDetectorsLetPassWhatOnlyLooksLikeIt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"git@github.com:acme/x.git", "react@18.2.0", "icon@2x.png", "@media print", "a @ b.c", "user@localhost", "x@y", "@types/node", "ada@.com", "ada.@acme", "@@@@", "claude-sonnet-4-5@20250929",
		"4111111111111112", "1111111111111111", "4444444444444444", "0.4111111111111111", "3.4111111111111111", "x4111111111111111", "4111111111111111a", "12345678901234567890",
		"4111 11111111 1111", "2026-11-23 12:00:00", "1700000000000000", "4111,1111,1111,1111", "550e8400-e29b-41d4-a716-446655440000", "41111111-1111-1111-1111-111111111111",
		"000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123 45 6789", "123456789", "123-45-67890", "1-123-45-6789", "123-45-6789-1",
		"DE88370400440532013000", "DE8937040044053201300", "XX89370400440532013000", "SHA256", "AB12 3456",
		"+1", "+12 34", "+999 1234567", "C+4915112345678", "+1 115 555 2671", "x+1234567890", "100 200 3000", "415 555 2671", "111-555-2671", "192.168.100.1000", "2026/11/23", "01/02/2020", "1.000.000.000",
		"sk-fading-circle-spinner-with-a-long-name", "sk-loader-2-with-something-long-in-it", "task-sk-one", "ghp_short", "AKIAlowercase1234567", "well-known-thing_with_parts", "AIzaShort", "eyJhbGciOiJIUzI1NiJ9",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "aws_secret_access_key", "aws_secret_access_key = short", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"127.0.0.1", "10.1.2.3", "192.168.178.20", "1.2.3.4.5", "1.2.3.4", "Chrome/120.0.6099.109", "version 10.20.30.40", "300.1.2.300", "12:30:45", "std::vector", "abc::def", "::1", "fe80::1ff:fe23:4567:890a", "ab:cd:ef:01:23:45",
		"C01X00T47", "the passenger AB1234567", "password A1234567", "license AB123456", "drive D1234567", "MORGA697054SM9IJ", "passport of the year", "driver 12345678",
		"call 911", "call me in 2026", "version 1.2.3-4", "lat 52.5200066, lon 13.4049540",
	} {
		if got := sees(text, ""); got != "" {
			t.Errorf("%q: found %s", text, got)
		}
	}
}

func TestFindStopsAndNeverOverlaps(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("a@b.de ", 100))
	if got := Find(nil, text, nil, All, 7); len(got) != 7 {
		t.Errorf("%d found", len(got))
	}
	if got := Find(nil, text, nil, Of(Card), 7); len(got) != 0 {
		t.Errorf("found what nobody wanted: %v", got)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"ada@acme.test", "+1 (415) 555-2671 4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "sk-ant-api03-x", "-----BEGIN PRIVATE KEY-----", "((((", "AAAA_-.J", "%40%40", "\xff@\xc3.de"} {
		f.Add(s, "phone")
	}
	f.Fuzz(func(t *testing.T, text, near string) {
		end := 0
		for _, h := range Find(nil, []byte(text), []byte(near), All, 1000) {
			if h.From < end || h.To <= h.From || h.To > len(text) {
				t.Fatalf("%v behind %d in %q", h, end, text)
			}
			end = h.To
		}
	})
}

// worst are texts in which detectors begin at each byte and never come to an end.
func worst(n int) map[string]string {
	out := map[string]string{}
	for _, s := range []string{"@", "a@", "a.a@", "(", "+", "+1(", "1 ", "1", "4111 ", "1-", "-", "_", "A", "eyJ", "sk-", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "aws_secret_access_key", "DE89", "DE89 ", "%40", "ä@ä.", "415-555-", "0 ", "sk-a", "AKIA", "SecretAccessKey=", "eyJa.eyJ.", "passport ", "passport A1 ", "driving licence 1-", "p", "l", "pa", "li", "1.2.3.", "81.16.", "2a00:", "2001:db8:", "A12 ", "AAAAA123456 ",
		"(1", "(415)", "(415) 415-", "AT20 ", "MD24 ", "GT28GT28 ", "BE16 ", "SG.", "bdh_", "-AIza", "GOCSPX-", "gsk_1", "pas", "pass", "lic", "driv licen ", "aws_secret_access_key=aaaaaaaaaa", "-----BEGIN X",
		"@" + strings.Repeat("a.", 127), "a@b.png ", "a.b.c@", "user.name+tag@", "+49 1", "+99912345 ", "0099912345 ", "0301234567 ", "415 555 2671 ", "4155552671 ", "123456789 ", "123 45 6789 ", "tel cel ",
		"4111111111111112 ", "4111-4111-", "6763 ", "4111 4111 4111 4111 111 ", "415-555-26711 ", "10.0.0.255 ", "81.16.20.999 ", "version 81.16.2.3 ", "2001:0:0:0: ", "2001::1.1.1 ", "2001::1:2:3:4:5:6:7:8 ",
		"3f9a0c7e", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo", "a1", "A1 ", "0 1 ", "01 02 ", "00 ", "1 415 ", "loremipsum", "eyJa.eyJb.eyJc", "xoxb-", "sk-a1-", "\u00e9@", "numéro 1", "social security 9"} {
		out[s] = strings.Repeat(s, n/len(s)+1)[:n]
	}
	return out
}

func BenchmarkFind(b *testing.B) {
	prose := strings.Repeat("The quick brown fox, born on 12 March 1984, jumps over well-known dogs; see chapter 3. ", 1<<20/86)
	texts := worst(1 << 20)
	texts["prose"] = prose
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			raw := []byte(text)
			var hits []Hit
			for b.Loop() {
				hits = Find(hits[:0], raw, nil, All, maxHits)
			}
		})
	}
}
