using System.Globalization;

namespace Elman.Formats;

/// <summary>The version of Keras that saved a model: a few words have changed their meaning.</summary>
/// <param name="Major">1, 2 or 3.</param>
internal readonly record struct KerasVersion(int Major)
{
    /// <summary>3.10.0 → 3.</summary>
    public static KerasVersion Parse(string text)
    {
        int dot = text.IndexOf('.');
        return int.TryParse(dot < 0 ? text : text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out int major) && major is >= 1 and <= 3
            ? new KerasVersion(major)
            : throw new ElmanException($"the model is of Keras {SafeTensorsHeader.Quote(text)}; versions 1 to 3 are read");
    }

    /// <summary>max(0, min(1, 0.2 x + 0.5)) until Keras 2; since Keras 3 the slope is 1/6.</summary>
    public Activation HardSigmoid => Activation.HardSigmoid(Major < 3 ? 0.2f : 1f / 6, 0.5f);
}
