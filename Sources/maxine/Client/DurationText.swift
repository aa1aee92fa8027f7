import ArgumentParser

/// Durations as people write them on the command line.
enum DurationText {
    /// The seconds of `90s`, `30m`, `1h` or `7d`.
    ///
    /// - Throws: `ValidationError` that names the option.
    static func seconds(_ text: String, of option: String, from least: Int = 1) throws -> Int {
        let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[String($0)] }),
            let number = Int(text.dropLast()), (least...1_000_000).contains(number)
        else { throw ValidationError("\(option) takes a duration such as 30m, 1h or 7d") }
        return number * unit
    }
}
