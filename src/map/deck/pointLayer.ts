/** Points as one non-instanced `point-list`: on software renderers ten times faster than instanced quads. */
import {
  type DefaultProps,
  Layer,
  project32,
  type UpdateParameters
} from '@deck.gl/core';
import { Buffer } from '@luma.gl/core';
import { Model } from '@luma.gl/engine';
import type { IPoints } from '../points/points';

/** How points are drawn; sizes in CSS pixels, colours 0 to 1. */
export interface IPointStyle {
  /** Radius of a point in the view. */
  readonly radius: number;
  /** Of a point in the view while nothing is selected, and while something is. */
  readonly opacity: number;
  /** Of a point that is not in the view. */
  readonly maskedOpacity: number;
  /** Around selected points. */
  readonly ring: readonly [number, number, number];
}

interface IPointLayerProps {
  points: IPoints | null;
  /** Red, green, blue, unused: a byte each, by id. A new object each time they change. */
  colors: { readonly values: Uint8Array } | null;
  /** `State`, a byte each, by id. A new object each time they change. */
  states: { readonly values: Uint8Array } | null;
  style: IPointStyle | null;
  pixelRatio: number;
}

const defaultProps: DefaultProps<IPointLayerProps> = {
  points: { type: 'object', value: null, compare: false },
  colors: { type: 'object', value: null, compare: false },
  states: { type: 'object', value: null, compare: false },
  style: { type: 'object', value: null, compare: true },
  pixelRatio: 1
};

const UNIFORMS = `\
layout(std140) uniform cloudUniforms {
  float radius;
  float opacity;
  float maskedOpacity;
  float pixelRatio;
  vec3 ring;
} cloud;
`;

const cloudUniforms = {
  name: 'cloud',
  vs: UNIFORMS,
  fs: UNIFORMS,
  uniformTypes: {
    radius: 'f32',
    opacity: 'f32',
    maskedOpacity: 'f32',
    pixelRatio: 'f32',
    ring: 'vec3<f32>'
  }
} as const;

const VERTEX = `\
#version 300 es
#define SHADER_NAME visionlens-points-vertex
#if DIMENSIONS == 3
in vec3 positions;
#else
in vec2 positions;
#endif
in vec4 colors;
in float states;
out vec4 vColor;
// Share of the radius that is the point itself; the rest is its ring.
out float vInner;
// A pixel, as a share of the radius: edges are as soft.
out float vPixel;
void main(void) {
  int state = int(states * 255.0 + 0.5);
  vColor = vec4(colors.rgb, state == 1 ? cloud.maskedOpacity : cloud.opacity);
  vInner = 1.0;
  float radius = state == 1 ? cloud.radius * 0.8 : cloud.radius;
  if (state == 3) {
    vColor.a = 1.0;
    radius += 1.0;
    vInner = 1.0 - min(1.0, 0.3 * radius) / radius;
  }
  if (state == 0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
#if DIMENSIONS == 3
  vec3 place = positions;
#else
  vec3 place = vec3(positions, 0.0);
#endif
  geometry.worldPosition = place;
  gl_Position = project_position_to_clipspace(place, vec3(0.0), vec3(0.0), geometry.position);
#if DIMENSIONS == 2
  // What is selected lies above what is shown, and that above what is masked.
  gl_Position.z = (0.5 - 0.25 * float(state)) * gl_Position.w;
#endif
  gl_PointSize = 2.0 * radius * cloud.pixelRatio + 1.0;
  vPixel = 2.0 / gl_PointSize;
}
`;

const FRAGMENT = `\
#version 300 es
#define SHADER_NAME visionlens-points-fragment
precision highp float;
in vec4 vColor;
in float vInner;
in float vPixel;
out vec4 fragColor;
void main(void) {
  float distance = 2.0 * length(gl_PointCoord - vec2(0.5));
  if (distance > 1.0) {
    discard;
  }
  fragColor = vColor;
  if (vInner < 1.0) {
    float ring = smoothstep(vInner - vPixel, vInner, distance);
    fragColor = mix(vColor, vec4(cloud.ring, 1.0), ring);
  }
  fragColor.a *= 1.0 - smoothstep(1.0 - vPixel, 1.0, distance);
}
`;

type Name = 'positions' | 'colors' | 'states';

export class PointLayer extends Layer<Required<IPointLayerProps>> {
  static layerName = 'PointLayer';
  static defaultProps = defaultProps as DefaultProps;

  declare state: { model?: Model; buffers: Partial<Record<Name, Buffer>> };

  initializeState(): void {
    this.state = { buffers: {} };
  }

  // The layer keeps its own buffers.
  protected _getAttributeManager(): null {
    return null;
  }

  updateState(parameters: UpdateParameters<this>): void {
    super.updateState(parameters);
    const { props, oldProps } = parameters;
    if (props.points === null) {
      return;
    }
    if (props.points !== oldProps.points || !this.state.model) {
      this._write('positions', props.points.positions);
    }
    if (props.colors && props.colors !== oldProps.colors) {
      this._write('colors', props.colors.values);
    }
    if (props.states && props.states !== oldProps.states) {
      this._write('states', props.states.values);
    }
    if (
      !this.state.model ||
      props.points.dimensions !== oldProps.points?.dimensions
    ) {
      this._makeModel(props.points);
    }
    this.state.model?.setVertexCount(props.points.size);
  }

  draw(): void {
    const { model } = this.state;
    const { style, points, pixelRatio } = this.props;
    if (model && style && points && points.size > 0) {
      model.shaderInputs.setProps({
        cloud: {
          radius: style.radius,
          opacity: style.opacity,
          maskedOpacity: style.maskedOpacity,
          ring: style.ring,
          pixelRatio
        }
      });
      model.draw(this.context.renderPass);
    }
  }

  finalizeState(context: Parameters<Layer['finalizeState']>[0]): void {
    super.finalizeState(context);
    this.state.model?.destroy();
    Object.values(this.state.buffers).forEach(buffer => buffer.destroy());
  }

  private _write(name: Name, values: Float32Array | Uint8Array): void {
    const { buffers } = this.state;
    const known = buffers[name];
    if (known && known.byteLength === values.byteLength) {
      known.write(values);
      return;
    }
    known?.destroy();
    const buffer = this.context.device.createBuffer({
      usage: Buffer.VERTEX | Buffer.COPY_DST,
      data: values
    });
    buffers[name] = buffer;
    this.state.model?.setAttributes({ [name]: buffer });
  }

  private _makeModel({ dimensions, size }: IPoints): void {
    const { positions, colors, states } = this.state.buffers;
    if (positions && colors && states) {
      this.state.model?.destroy();
      this.state.model = new Model(this.context.device, {
        ...this.getShaders({
          vs: VERTEX,
          fs: FRAGMENT,
          defines: { DIMENSIONS: dimensions },
          modules: [project32, cloudUniforms]
        }),
        id: this.props.id,
        topology: 'point-list',
        bufferLayout: [
          {
            name: 'positions',
            format: dimensions === 3 ? 'float32x3' : 'float32x2'
          },
          { name: 'colors', format: 'unorm8x4' },
          { name: 'states', format: 'unorm8' }
        ],
        attributes: { positions, colors, states },
        vertexCount: size
      });
    }
  }
}
