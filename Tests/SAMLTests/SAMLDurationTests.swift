import Testing

@testable import SAML

@Suite struct SAMLDurationTests {
    @Test func durationsAreReadAsXMLSchemaHasThem() {
        for (text, seconds) in [
            ("PT1S", 1), ("PT1.5S", 1), ("PT1H", 3_600), ("P1D", 86_400), ("P1DT1H1M1S", 90_061),
            ("P1Y2M3D", 36_979_200), ("PT0S", 0), ("P9999999999Y", SAMLDuration.secondsMax),
        ] as [(String, Int64)] {
            #expect(SAMLDuration.seconds(text) == seconds, "\(text)")
        }
    }

    @Test func anythingElseIsNone() {
        for text in [
            "", "P", "PT", "1D", "-P1D", "P1", "P1S", "PT1D", "P1D1Y", "PT1M1H", "P1DT", "P1.5D",
            "PT1.S", "PT.5S", "P99999999999Y", "P1D ", "P\u{661}D", "PT1H1H",
        ] {
            #expect(SAMLDuration.seconds(text) == nil, "\(text)")
        }
    }
}
