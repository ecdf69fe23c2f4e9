import type { Json, JsonObject } from "../../model/pipeline.ts";
import { beginningOf } from "../../model/schema.ts";
import { panels } from "../../text/panels.ts";
import { Icon } from "../../ui/Icon.tsx";
import { valueAt } from "../expression/preview.ts";
import { useForm } from "../form.ts";
import { Group } from "./Group.tsx";
import { Remove } from "./ObjectField.tsx";
import { type FieldProps, hintOf, SchemaField } from "./SchemaField.tsx";

/** A list: its items can be changed, moved and taken away. */
export function ListField(props: FieldProps & { items: JsonObject }) {
  const { label, schema, whole, value, change, required, path, told, aside, items, bare, item: isItem } = props;
  const form = useForm();
  const list: readonly Json[] = Array.isArray(value) ? value : [];
  const put = (next: readonly Json[]) => {
    change(next.length === 0 && !required ? undefined : next);
    form.settle();
  };
  return (
    <Group
      label={label}
      hint={hintOf(schema)}
      required={required && !isItem}
      wrong={form.wrong(path)}
      aside={aside}
      bare={bare}
    >
      {list.map((item, at) => {
        const name = `${label} ${at + 1}`;
        return (
          <SchemaField
            // biome-ignore lint/suspicious/noArrayIndexKey: an item has no name but its place
            key={at}
            label={panels.fields.item(at + 1)}
            schema={items}
            whole={whole}
            value={item}
            change={(next) => change(list.with(at, next ?? beginningOf(items, whole)))}
            required
            item
            path={[...path, at]}
            told={valueAt(told, [at])}
            aside={
              <>
                {at === 0 ? null : (
                  <button
                    type="button"
                    className="tiny"
                    aria-label={panels.fields.up(name)}
                    title={panels.fields.up(name)}
                    onClick={() => put(list.toSpliced(at - 1, 2, item, list[at - 1] as Json))}
                  >
                    ↑
                  </button>
                )}
                <Remove name={name} remove={() => put(list.toSpliced(at, 1))} />
              </>
            }
          />
        );
      })}
      <button type="button" className="tiny" onClick={() => put([...list, beginningOf(items, whole)])}>
        <Icon name="add" size={12} />
        {panels.fields.addItem}
      </button>
    </Group>
  );
}
