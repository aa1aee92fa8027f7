/// Whether two samples look as if they came from one source: the rank test of Mann and Whitney.
///
/// Ranks don't mind what a busy machine does to a few of them, and nothing is assumed of how times are spread.
package enum RankTest {
    /// How many standard deviations the ranks of two samples lie apart.
    ///
    /// Beyond 5 once in two million where there is no difference.
    package static func deviations(_ one: [Double], _ other: [Double]) -> Double {
        let all = (one.map { ($0, true) } + other.map { ($0, false) }).sorted { $0.0 < $1.0 }
        let rankSum = all.enumerated().reduce(0.0) {
            $1.element.1 ? $0 + Double($1.offset + 1) : $0
        }
        let (n, m) = (Double(one.count), Double(other.count))
        let expected = n * (n + m + 1) / 2
        let spread = (n * m * (n + m + 1) / 12).squareRoot()
        return spread > 0 ? (rankSum - expected) / spread : 0
    }
}
