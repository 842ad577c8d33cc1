using System.Globalization;
using System.Text.Json;

namespace Elman.Tests.Tasks.Tiny;

/// <summary>How often the answer was right, beside the more frequent answer.</summary>
public sealed class MajorityReport(int count, double accuracy, double floor) : TaskReport
{
    public double Accuracy => accuracy;

    public double Floor => floor;

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("examples", count);
        json.WriteNumber("accuracy", accuracy);
        json.WriteNumber("floor", floor);
        json.WriteEndObject();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{count} examples: accuracy {accuracy:0.000}, floor {floor:0.000}");
}
