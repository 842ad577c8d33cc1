namespace Elman;

/// <summary>
/// Something the user gave (a file, a column, a setting) cannot be used. The message is one line: what was expected,
/// what came, where, and what to do. The command prints it as it stands and exits with 2.
/// </summary>
public class ElmanException : Exception
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public ElmanException()
    {
    }

    /// <summary>Creates the exception with the line that the user will read.</summary>
    /// <param name="message">What was expected, what came, where, and what to do, in one line.</param>
    public ElmanException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the line that the user will read and the failure beneath it.</summary>
    /// <param name="message">What was expected, what came, where, and what to do, in one line.</param>
    /// <param name="innerException">The failure that was met.</param>
    public ElmanException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
