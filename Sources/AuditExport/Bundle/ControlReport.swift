internal import Audit

/// The control matrix of a log.
public enum ControlReport {
    /// Counts the records that answer each control of some frameworks, as CSV.
    ///
    /// - Throws: ``ExportError/log(_:)``.
    public static func csv(
        directory: String, frameworks: [Control.Framework]
    ) throws(ExportError) -> [UInt8] {
        let size = try RecordExport.size(directory: directory)
        return BundleText.controls(
            try LogSurvey.walk(directory, size: size), frameworks)
    }
}

extension LogSurvey {
    /// Reads the whole log, whatever a filter says: gaps and counts must not depend on it.
    static func walk(_ directory: String, size: UInt64) throws(ExportError) -> LogSurvey {
        var survey = LogSurvey()
        var tail = LogTail(directory: directory, from: 1)
        do throws(AuditError) {
            while tail.place.size < size {
                let records = try tail.next()
                if records.isEmpty { break }
                for record in records where record.sequence <= size {
                    if let event = AuditEvent(line: record.line) { survey.add(event) }
                }
            }
        } catch {
            throw .log(error)
        }
        return survey
    }
}
