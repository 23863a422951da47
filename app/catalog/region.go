package catalog

import "strings"

// union are the clouds' regions that lie in the European Union, "eu" in short: their names do not tell. London and Zurich are called
// "europe" and are not in it. Read off the documentation of AWS, Google Cloud and Azure in November 2026; a region that is missing
// counts as outside, and whoever declares where a connection keeps data can say eu themselves.
var union = words(
	// AWS
	"eu-central-1 eu-west-1 eu-west-3 eu-north-1 eu-south-1 eu-south-2 eusc-de-east-1 " +
		// Google Cloud; "eu" and "europe" are its multi-regions within the Union
		"europe europe-west1 europe-west3 europe-west4 europe-west8 europe-west9 europe-west10 europe-west12 europe-north1 europe-north2 europe-southwest1 europe-central2 " +
		// Azure
		"westeurope northeurope francecentral francesouth germanywestcentral germanynorth swedencentral swedensouth italynorth polandcentral spaincentral austriaeast belgiumcentral denmarkeast " +
		// members
		"at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk")

// outside are regions whose names begin with eu and that are not in the Union.
var outside = words("eu-west-2 eu-central-2 eu-uk eu-ch")

func words(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// Inside reports whether a region is another or a part of it: "us-east-1" of "us", "europe-west4" and "westeurope" of "eu". What is not
// known to be inside is not.
func Inside(region, of string) bool {
	switch {
	case region == "" || of == "":
		return false
	case region == of:
		return true
	case of == "eu" && union[region]:
		return true
	case of == "eu" && outside[region]:
		return false
	}
	return strings.HasPrefix(region, of+"-")
}
