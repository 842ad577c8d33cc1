namespace Elman;

/// <summary>What values a <see cref="Setting{TOptions}"/> takes.</summary>
public enum SettingKind
{
    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A number.</summary>
    Real,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>Yes or no; on a command line, there or not.</summary>
    Flag,

    /// <summary>Several values, separated by commas.</summary>
    List,

    /// <summary>A time: <c>90s</c>, <c>10m</c>, <c>2h</c>, or a number of seconds.</summary>
    Duration,

    /// <summary>A number of bytes: <c>512K</c>, <c>256M</c>, <c>2G</c>.</summary>
    Size,

    /// <summary>A text.</summary>
    Text,
}
